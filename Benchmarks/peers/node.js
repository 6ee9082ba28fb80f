// SPDX-License-Identifier: Apache-2.0
// A session as a cookie's value and back, with cookie-signature as Express has it: node.js sign|verify SIZE plain.
// JSON in base64, as cookie-session stores it; cookie-signature itself signs a string only.
const fs = require("fs");
const readline = require("readline");
const signature = require("/usr/share/nodejs/cookie-signature");

const [action, size] = process.argv.slice(2);
const key = "a secret key of thirty-two bytes";
const session = JSON.parse(fs.readFileSync(`.build/benchmarks/payload-${size}.json`, "utf8"));

const write = () => signature.sign(Buffer.from(JSON.stringify(session)).toString("base64"), key);
const text = write();
const read = () => JSON.parse(Buffer.from(signature.unsign(text, key), "base64").toString("utf8"));
if (JSON.stringify(read()) !== JSON.stringify(session)) throw new Error("it reads something else");
const run = action === "sign" ? write : read;

console.log("cookie-signature (Node)\n");
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const times = Number(line.split(" ")[1]);
  const work = process.cpuUsage(), start = process.hrtime.bigint();
  for (let i = 0; i < times; i++) run();
  const wall = Number(process.hrtime.bigint() - start), used = process.cpuUsage(work);
  console.log(`${(wall / times).toFixed(1)} ${(((used.user + used.system) * 1000) / times).toFixed(1)}`);
});
