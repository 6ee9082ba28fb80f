/* SPDX-License-Identifier: Apache-2.0 */
/* Two requests of one browser run at the same time, and what both did is kept. */
#include "browser.h"

int main(void) {
  static const setting settings[] = {{"SESSION_TYPE", "memory"}, {NULL, NULL}};
  static const char start[] = "{\"_permanent\":true,\"visits\":1,\"items\":[\"tea\",\"milk\"],"
                              "\"note\":\"hello\",\"cart\":{\"tea\":{\"n\":1}}}";
  swiftsession_manager *manager = manager_of(settings);
  browser jack = {""};
  swiftsession_session *one = request(manager, &jack), *other;
  TRY(swiftsession_set_payload(one, "json", start, sizeof start - 1, &error));
  answer(one, &jack);
  one = request(manager, &jack);
  other = request(manager, &jack);
  TRY(swiftsession_add(one, "visits", 1, NULL, &error));
  TRY(swiftsession_append(one, "items", "\"rice\"", 6, &error));
  TRY(swiftsession_update_json(one, "cart", "{\"tea\":{\"n\":2}}", 15, &error));
  TRY(swiftsession_set_if_absent(one, "first", "\"one\"", 5, NULL, &error));
  TRY(swiftsession_add(other, "visits", 10, NULL, &error));
  TRY(swiftsession_remove_item(other, "items", "\"tea\"", 5, NULL, &error));
  TRY(swiftsession_update_json(other, "cart", "{\"tea\":{\"n\":1,\"gift\":true}}", 27, &error));
  TRY(swiftsession_set_if_absent(other, "first", "\"other\"", 7, NULL, &error));
  TRY(swiftsession_pop_json(other, "note", NULL, NULL, &error));
  answer(one, &jack);
  answer(other, &jack);
  show_values(manager, &jack);
  swiftsession_manager_free(manager);
  return 0;
}
