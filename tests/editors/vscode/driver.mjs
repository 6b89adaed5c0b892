// The hands and eyes of the tests: VS Code's workbench in a headless Chromium. Takes JSON lines on standard input, answers each
// with one. Every verb waits for what it needs to be there, none for a time. Knows nothing of Graft.
//
// usage: node driver.mjs PLAYWRIGHT CHROMIUM PROFILE URL
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [playwright, executablePath, profile, url] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const SECONDS = 40;

const browser = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  viewport: { width: 1200, height: 800 },
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = browser.pages()[0] ?? (await browser.newPage());
page.setDefaultTimeout(SECONDS * 1000);

// VS Code closes its menu of actions where it asks for them anew meanwhile, as when an extension starts: who sees that opens it again.
const ATTEMPTS = 4;
const MENU = ".action-widget .monaco-list-row";

const find = ({ selector, text, pattern }) => {
  const wanted = pattern === undefined ? text : new RegExp(pattern);
  return (wanted === undefined ? page.locator(selector) : page.locator(selector, { hasText: wanted })).first();
};

const verbs = {
  start: () => page.goto(url),
  async press({ keys }) {
    for (const key of keys) await page.keyboard.press(key);
  },
  type: ({ text }) => page.keyboard.type(text),
  see: async (what) => {
    await find(what).waitFor();
    return find(what).innerText();
  },
  gone: (what) => find(what).waitFor({ state: "hidden" }),
  click: (what) => find(what).click(),
  async pick({ text }) {
    for (let attempt = 1; ; attempt++) {
      await page.keyboard.press("Control+.");
      try {
        return await find({ selector: MENU, text }).click({ timeout: (SECONDS * 1000) / ATTEMPTS });
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await page.keyboard.press("Escape");
      }
    }
  },
  count: ({ selector }) => page.locator(selector).count(),
  texts: ({ selector }) => page.locator(selector).allInnerTexts(),
  shot: ({ path, clip }) => page.screenshot({ path, clip }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, verb, ...rest } = JSON.parse(line);
  let answer;
  try {
    const result = await verbs[verb](rest);
    answer = { id, result: typeof result === "object" && !Array.isArray(result) ? null : (result ?? null) };
  } catch (error) {
    answer = { id, error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
