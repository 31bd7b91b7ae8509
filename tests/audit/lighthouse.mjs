// Runs Lighthouse on each [address, categories] of standard input, a phone each time, in a fresh
// Chromium; prints each result as one line of JSON. Arguments: the flags of Chromium.
import { text } from "node:stream/consumers";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const ATTEMPTS = 3;

async function run(url, onlyCategories) {
  const chrome = await launch({ chromeFlags: process.argv.slice(2), logLevel: "silent" });
  try {
    const options = { port: chrome.port, onlyCategories, disableFullPageScreenshot: true };
    return (await lighthouse(url, { ...options, logLevel: "silent" })).lhr;
  } finally {
    chrome.kill();
  }
}

// On a busy machine Chromium sometimes loses the beginning of its own trace.
async function runUntilItWorks(url, categories) {
  for (let attempt = 1; ; attempt++) {
    const result = await run(url, categories);
    if (!result.runtimeError || attempt === ATTEMPTS) return result;
  }
}

for (const [url, categories] of JSON.parse(await text(process.stdin))) {
  process.stdout.write(`${JSON.stringify(await runUntilItWorks(url, categories))}\n`);
}
