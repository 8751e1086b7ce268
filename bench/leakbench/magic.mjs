// Magic of CyberChef on lines of JSON: {head, body (hexadecimal), values}; answers 1 or 0 a line.
// The package is looked for as require() does it: beside, above, and where NODE_PATH says.
import {createRequire} from "node:module";
import {createInterface} from "node:readline";

const chef = await createRequire(import.meta.url)("cyberchef");

if (process.argv.includes("--probe")) process.exit(0);

const escape = text => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
for await (const line of createInterface({input: process.stdin})) {
    if (!line.trim()) continue;
    const row = JSON.parse(line);
    const head = Buffer.from(row.head, "hex").toString("latin1").toLowerCase();
    let found = row.values.every(value => head.includes(value.toLowerCase()));
    if (!found) {
        const body = Buffer.from(row.body, "hex");
        const bytes = body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength);
        const crib = row.values.map(escape).join("|");
        try {
            const dish = await chef.magic(bytes, {depth: 3, intensiveMode: false, extensiveLanguageSupport: false, cribKnownPlaintextStringOrRegex: crib});
            const tried = dish.value ?? [];
            found = tried.some(each => row.values.every(value => String(each.data).toLowerCase().includes(value.toLowerCase())));
        } catch {
            found = false;
        }
    }
    console.log(found ? "1" : "0");
}
