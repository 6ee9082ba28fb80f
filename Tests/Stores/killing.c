/* SPDX-License-Identifier: Apache-2.0 */
/* killing FILE TIMES: a child adds and says so after each answer, until it is killed, so many times. Prints how often
   an answered addition was lost, how often more was added than one beyond the answered ones, and how often just that
   one: the kill came between commit and answer. */
#include "counting.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void child(swiftsession_store *store, int answers) {
  while (add(store) == 0) {
    if (write(answers, "x", 1) != 1)
      break;
  }
  _exit(1);
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  int lost = 0, too_high = 0, between = 0;
  swiftsession_store *store = open_store(argv[1]);
  if (create(store))
    return 1;
  int64_t before = count(store);
  srand(1);
  for (int i = atoi(argv[2]); i > 0; i--) {
    int answers[2], status;
    if (pipe(answers))
      return 1;
    pid_t pid = fork();
    if (pid == 0)
      child(store, answers[1]);
    close(answers[1]);
    /* From its first answer on, some hundred additions: the pipe is read to its end after the kill. */
    char buffer[4096];
    ssize_t got = read(answers[0], buffer, 1);
    int64_t answered = got;
    nanosleep(&(struct timespec){.tv_nsec = rand() % 4000000}, NULL);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    if (!WIFSIGNALED(status))
      return 1;
    while ((got = read(answers[0], buffer, sizeof buffer)) > 0)
      answered += got;
    close(answers[0]);
    int64_t after = count(store);
    if (after < 0)
      return 1;
    lost += after - before < answered;
    between += after - before == answered + 1;
    too_high += after - before > answered + 1;
    before = after;
  }
  swiftsession_store_free(store);
  printf("%d %d %d\n", lost, too_high, between);
  return 0;
}
