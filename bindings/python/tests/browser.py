# SPDX-License-Identifier: Apache-2.0
"""A browser on one site, over HTTPS: what it keeps of Set-Cookie lines and sends back (RFC 6265bis, section 5).

http.cookiejar knows neither the prefixes of names nor a limit of size.
"""


class Browser:
    def __init__(self):
        self.cookies = {}
        self.refused = []

    @property
    def header(self):
        return "; ".join(f"{name}={value}" for (name, _, _), value in self.cookies.items()) or None

    @property
    def names(self):
        return sorted(name for name, _, _ in self.cookies)

    def take(self, lines):
        for name, line in lines:
            if name == "Set-Cookie":
                self._take(line)

    def _take(self, line):
        pair, *parts = line.split("; ")
        name, _, value = pair.partition("=")
        attributes = {part.partition("=")[0].lower(): part.partition("=")[2] for part in parts}
        if not self._keeps(name, value, attributes):
            self.refused.append(line)
            return
        key = name, attributes.get("domain"), attributes.get("path", "/")
        if int(attributes.get("max-age", 1)) <= 0:
            self.cookies.pop(key, None)
        else:
            self.cookies[key] = value

    def _keeps(self, name, value, attributes):
        is_secure = "secure" in attributes
        if len(name) + len(value) > 4096:
            return False
        if name.lower().startswith("__secure-"):
            return is_secure
        if name.lower().startswith("__host-"):
            return is_secure and "domain" not in attributes and attributes.get("path") == "/"
        return is_secure or not (attributes.get("samesite") == "None" or "partitioned" in attributes)
