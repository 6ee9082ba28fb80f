# SPDX-License-Identifier: Apache-2.0
# A session as a cookie's value and back, with Rack::Session::Cookie and JSON: rack.rb sign|verify SIZE plain|compressed.
# The steps of its write_session and unpacked_cookie_data, without the request; above 4 kB it would make no cookie.
require "json"
require "rack"
require "rack/session/cookie"

action, size, compression = ARGV
session = JSON.parse(File.read(".build/benchmarks/payload-#{size}.json"))
kind = compression == "compressed" ? Rack::Session::Cookie::Base64::ZipJSON : Rack::Session::Cookie::Base64::JSON
cookie = Rack::Session::Cookie.new(nil, secret: "a secret key of thirty-two bytes", coder: kind.new)

write = lambda do
  data = cookie.coder.encode(session)
  data << "--#{cookie.send(:generate_hmac, data, 'a secret key of thirty-two bytes')}"
end
text = write.call
read = lambda do
  data, _, digest = text.rpartition("--")
  raise "it is forged" unless cookie.send(:digest_match?, data, digest)
  cookie.coder.decode(data)
end
raise "it reads something else" unless read.call == session
run = action == "sign" ? write : read

def clock(which) = Process.clock_gettime(which, :nanosecond)

$stdout.sync = true
puts "Rack (Ruby)", ""
while (line = $stdin.gets)
  times = line.split[1].to_i
  work, start = clock(Process::CLOCK_PROCESS_CPUTIME_ID), clock(Process::CLOCK_MONOTONIC)
  i = 0
  while i < times
    run.call
    i += 1
  end
  wall = clock(Process::CLOCK_MONOTONIC) - start
  puts format("%.1f %.1f", wall.fdiv(times), (clock(Process::CLOCK_PROCESS_CPUTIME_ID) - work).fdiv(times))
end
