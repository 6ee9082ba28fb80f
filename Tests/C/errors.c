/* SPDX-License-Identifier: Apache-2.0 */
/* Version, statuses and what is given back. */
#include "check.h"
#include "swiftsession.h"

int main(void) {
  CHECK(strcmp(swiftsession_version(), SWIFTSESSION_VERSION) == 0);

  for (swiftsession_status status = SWIFTSESSION_INTERNAL; status <= SWIFTSESSION_OK; status++) {
    CHECK(swiftsession_status_name(status) != NULL);
    CHECK(strlen(swiftsession_strerror(status)) > 5);
  }
  CHECK(strcmp(swiftsession_status_name(SWIFTSESSION_CONFIG), "CONFIG") == 0);
  CHECK(strcmp(swiftsession_status_name(SWIFTSESSION_TAMPERED), "TAMPERED") == 0);
  CHECK(swiftsession_status_name(1) == NULL);
  CHECK(swiftsession_status_name(SWIFTSESSION_INTERNAL - 1) == NULL);
  CHECK(swiftsession_strerror(4711) != NULL);

  swiftsession_free(NULL);
  return 0;
}
