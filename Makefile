# SPDX-License-Identifier: Apache-2.0
# The two commands of a newcomer: `make demo` and `make check`. Both install what the machine lacks.

VERSION := $(shell sed -n 's/^#define SWIFTSESSION_VERSION "\(.*\)"/\1/p' Include/swiftsession.h)
OUT     := .build/swiftsession
VENV    := .build/venv
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
BINDIR  ?= $(PREFIX)/bin
SHARE   ?= $(PREFIX)/share
# What is installed is stripped; a packager that keeps the symbols elsewhere says STRIP=.
STRIP   ?= -s
C_FILES  = $(shell find Sources Include Tests Benchmarks Tools bindings -name '*.[ch]')

# What the shared library may need at load time, and nothing else.
NEEDED := libc.so.6 libcrypto.so.3 libm.so.6 libz.so.1

.PHONY: build check check-abi check-fleet check-long check-packages demo bench bench-check fuzz mutants wheel deb docs install uninstall format lint clean

build:
	Tools/dependencies build
	swift build -c release --traits Embedded --product swiftsession --disable-local-rpath $(SWIFT_FLAGS)
	Tools/library-folder .build/release/libswiftsession.so $(OUT) $(NEEDED)
	$(MAKE) --no-print-directory --silent -C Tools/swiftsessionctl OUT='$(abspath $(OUT))'
	Tools/pkg-config-file '$(CURDIR)' '$(CURDIR)/$(OUT)' '$(CURDIR)/Include' $(VERSION) > $(OUT)/swiftsession.pc

check: build
	Tools/dependencies check
	$(MAKE) lint
	Tools/abi-check
	Tools/failures-last swift test
	Tests/C/run
	Tests/Fuzz/replay
	$(VENV)/bin/python -m pytest -q Tests bindings/python/tests
	Tests/Python/versions

# Whether what was compiled against the last release would notice another header.
check-abi:
	Tools/dependencies check
	Tools/abi-check

# Every version of Flask-Session, with the Flask of its time, beside ours.
check-fleet: build
	Tools/dependencies check
	$(VENV)/bin/python Tests/Fleet/matrix.py
	$(VENV)/bin/python Tests/Fleet/switch_over.py

# What takes long and needs a machine of its own: clean-up of a million rows under load, the races in full.
check-long: build
	Tools/dependencies check
	$(VENV)/bin/python Tests/Long/sweeping.py postgresql
	$(VENV)/bin/python Tests/Long/sweeping.py mysql
	$(VENV)/bin/python Tests/Long/migrating.py
	SAMPLES=1000000 Tests/C/run Tests/C/constant_time.c
	SANITIZE=address,undefined Tests/C/run
	RACES_SANITIZE=thread RACES_THREAD_ROUNDS=100 $(VENV)/bin/python -m pytest -q -s Tests/Races/test_threads.py
	$(VENV)/bin/python Tests/Mutation/promises.py
	RACES_TIMES=1000 RACES_ROUNDS=10000 RACES_REQUESTS=100000 RACES_UPDATES=100000 RACES_THEIR_UPDATES=4000 \
	  RACES_WAITING=20000 RACES_SESSIONS=100000 $(VENV)/bin/python -m pytest -q -s Tests/Races
	$(VENV)/bin/python Tests/Long/soak.py 20
	! $(VENV)/bin/python Tests/Long/soak.py 5 1000
	for store in memcached mongodb mysql postgresql redis; do $(VENV)/bin/python Tests/Load/load.py $$store 300 || exit 1; done
	for store in mongodb mysql postgresql; do $(VENV)/bin/python Tests/Faults/tls.py $$store || exit 1; done
	for store in memcached mongodb mysql postgresql redis; do \
	  $(VENV)/bin/python Tests/Faults/trials.py $$store && $(VENV)/bin/python Tests/Faults/lost_answers.py $$store || exit 1; \
	done
	$(VENV)/bin/python Tests/Fuzz/differential.py $$(date +%s) 1000000

# Builds that are broken on purpose, each with the test that has to notice.
mutants:
	Tools/dependencies build
	Tools/dependencies check
	$(VENV)/bin/python Tests/Mutation/promises.py

# Each fuzz target for so many seconds.
TIME ?= 60
fuzz:
	Tools/dependencies build
	Tests/Fuzz/run $(TIME)

# .build/wheel: the Python package with its library, for every system with the glibc in its name.
wheel: build
	Tools/python-wheel .build/wheel $(OUT)/libswiftsession.so.0

# .build/deb: the packages of Debian. They are built in a copy of the sources there.
deb:
	Tools/dependencies packages
	Tools/debian-package .build/deb $(VERSION)

# .build/docs: the header as pages.
docs:
	Tools/dependencies packages
	Tools/header-pages .build/docs $(VERSION)

# Builds all packages, the Debian ones twice, and installs them in clean systems. Takes a network and twenty minutes.
check-packages: wheel docs
	Tools/dependencies packages
	Tools/dependencies check
	$(VENV)/bin/python -m pytest -v -s Tests/Packages/check_wheel.py Tests/Packages/check_debian.py

demo: build
	Tools/dependencies demo
	$(MAKE) --no-print-directory -C bindings/c
	$(VENV)/bin/python demo/run

# What `make build` made, so that root needs no Swift.
install:
	@test -e $(OUT)/libswiftsession.so.0 || { echo 'Nothing is built yet: `make build` first, not as root.' >&2; exit 1; }
	install -d '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(PREFIX)/include'
	install $(STRIP) -m 755 $(OUT)/libswiftsession.so.0 '$(DESTDIR)$(LIBDIR)/libswiftsession.so.$(VERSION)'
	ln -sf libswiftsession.so.$(VERSION) '$(DESTDIR)$(LIBDIR)/libswiftsession.so.0'
	ln -sf libswiftsession.so.0 '$(DESTDIR)$(LIBDIR)/libswiftsession.so'
	install -m 644 Include/swiftsession.h '$(DESTDIR)$(PREFIX)/include/swiftsession.h'
	Tools/pkg-config-file '$(PREFIX)' '$(LIBDIR)' '$(PREFIX)/include' $(VERSION) > '$(DESTDIR)$(LIBDIR)/pkgconfig/swiftsession.pc'
	install -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(SHARE)/man/man1' '$(DESTDIR)$(SHARE)/man/man3' '$(DESTDIR)$(SHARE)/bash-completion/completions'
	install $(STRIP) -m 755 $(OUT)/swiftsessionctl.o/swiftsessionctl '$(DESTDIR)$(BINDIR)/swiftsessionctl'
	install -m 644 Tools/swiftsessionctl/swiftsessionctl.1 '$(DESTDIR)$(SHARE)/man/man1/swiftsessionctl.1'
	install -m 644 docs/swiftsession.3 '$(DESTDIR)$(SHARE)/man/man3/swiftsession.3'
	install -m 644 Tools/swiftsessionctl/completion.bash '$(DESTDIR)$(SHARE)/bash-completion/completions/swiftsessionctl'

# What `make install` made, with the same variables.
uninstall:
	rm -f '$(DESTDIR)$(LIBDIR)'/libswiftsession.so* '$(DESTDIR)$(LIBDIR)/pkgconfig/swiftsession.pc' \
	  '$(DESTDIR)$(PREFIX)/include/swiftsession.h' '$(DESTDIR)$(BINDIR)/swiftsessionctl' \
	  '$(DESTDIR)$(SHARE)/man/man1/swiftsessionctl.1' '$(DESTDIR)$(SHARE)/man/man3/swiftsession.3' \
	  '$(DESTDIR)$(SHARE)/bash-completion/completions/swiftsessionctl'

# Tables and plots in docs/benchmarks. GROUPS="cookies requests" are some groups, GROUPS=redis the cases of a store. QUICK=1
# is a first look and writes to .build/benchmarks/docs; MOST=10000000 stores as many sessions; LIMITS=1 sets the limits of
# bench-check by what is measured.
bench: build
	Tools/dependencies check
	Tools/dependencies bench
	Benchmarks/run $(if $(QUICK),--quick) $(if $(MOST),--most $(MOST)) $(if $(LIMITS),--limits) $(GROUPS)

# Compares the figures with Benchmarks/thresholds.tsv, as ratios in one run.
bench-check: build
	Tools/dependencies check
	Tools/dependencies bench
	Benchmarks/run --check $(if $(QUICK),--quick) $(if $(MOST),--most $(MOST)) $(GROUPS)

lint:
	swift format lint --strict --recursive Package.swift Sources Tests
	clang-format --dry-run --Werror $(C_FILES)

format:
	swift format --in-place --recursive Package.swift Sources Tests
	clang-format -i $(C_FILES)

clean:
	rm -rf .build
