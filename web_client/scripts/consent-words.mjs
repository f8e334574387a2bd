// Keeps the copy of the sheet that asks to record, by its version: `make consent-words`. What is kept is not changed.
import { readFile, writeFile } from 'node:fs/promises';
import { runnerImport } from 'vite';

const [version] = process.argv.slice(2);
const source = new URL('../tests/support/sheet-copy.ts', import.meta.url);
const target = new URL(`../../docs/consent-words/${version}.json`, import.meta.url);

const { module } = await runnerImport(source.pathname, { configFile: false, logLevel: 'error' });
const text = `${JSON.stringify(module.sheetCopy(version), null, 2)}\n`;
const kept = await readFile(target, 'utf8').catch(() => null);
if (kept === null) await writeFile(target, text);
else if (kept !== text) {
  console.error(`Version ${version} of the copy is kept already: raise VERSION in shown.py first.`);
  process.exitCode = 1;
}
