/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of a session in one codec, FUZZ_CODEC. What was read can be written, and is then written in the same way.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static swiftsession_manager *manager;
  if (!manager)
    manager = manager_of((const char *const[]){"SECRET_KEY", KEY, "SESSION_TYPE", "memory", NULL});
  swiftsession_session *session;
  MUST(swiftsession_open(manager, NULL, 0, &session, NULL) == SWIFTSESSION_OK);
  if (swiftsession_set_payload(session, FUZZ_CODEC, data, size, NULL) == SWIFTSESSION_OK) {
    const void *written;
    size_t count;
    if (swiftsession_payload(session, FUZZ_CODEC, &written, &count, NULL) == SWIFTSESSION_OK) {
      void *first = malloc(count + 1);
      memcpy(first, written, count);
      size_t first_count = count;
      swiftsession_session *second;
      MUST(swiftsession_open(manager, NULL, 0, &second, NULL) == SWIFTSESSION_OK);
      MUST(swiftsession_set_payload(second, FUZZ_CODEC, first, first_count, NULL) == SWIFTSESSION_OK);
      MUST(swiftsession_payload(second, FUZZ_CODEC, &written, &count, NULL) == SWIFTSESSION_OK);
      MUST(count == first_count && memcmp(first, written, count) == 0);
      free(first);
      swiftsession_session_free(second);
    }
    look_at_keys(session);
  }
  swiftsession_session_free(session);
  return 0;
}
