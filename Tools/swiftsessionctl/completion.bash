# SPDX-License-Identifier: Apache-2.0
# bash completion for swiftsessionctl                                     -*- shell-script -*-

_swiftsessionctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word
  local common="--config --environment --json --quiet --help --version" own=
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      inspect | sign | get | list | end | sweep | migrate | rotate | doctor) command=$word && break ;;
    esac
  done
  case $previous in
    -c | --config | --file) mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    --purpose) mapfile -t COMPREPLY < <(compgen -W "all cookies records" -- "$current") && return ;;
    -e | --environment | --cookie-name | --user | --reference | --limit | --seconds | --name | --not-before | --lifetime)
      COMPREPLY=() && return ;;
  esac
  case $command in
    "") own="inspect sign get list end sweep migrate rotate doctor" ;;
    inspect | get) own="--file --cookie-name" ;;
    sign) own="--file --cookie-name --permanent --header" ;;
    end) own="--file --cookie-name --user --reference" ;;
    sweep) own="--limit --seconds" ;;
    migrate) own="--limit" ;;
    rotate) own="--name --not-before --lifetime --purpose --drop-expired" ;;
    doctor) own="--write" ;;
  esac
  if [[ $command = rotate && $current != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -W "$own $common" -- "$current")
  fi
}

complete -o filenames -F _swiftsessionctl swiftsessionctl
