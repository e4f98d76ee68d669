// html-validate over pages: node validate.mjs FILE… ; prints a JSON list of [file, line, rule, message], exit 1 if any.
// The library rather than its command, which wants a newer Node. https://html-validate.org/
import { readFileSync } from "node:fs";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const rules = {
  "doctype-style": "off", // <!doctype html> is as good in lower case
  "long-title": "off", // a title says which figure a page is about, however long
};
const validator = new HtmlValidate(
  new StaticConfigLoader({ root: true, extends: ["html-validate:recommended", "html-validate:a11y"], rules }),
);
const found = [];
for (const file of process.argv.slice(2)) {
  const report = await validator.validateString(readFileSync(file, "utf8"), file);
  for (const result of report.results)
    for (const m of result.messages) found.push([file, m.line, m.ruleId, m.message]);
}
console.log(JSON.stringify(found));
process.exit(found.length ? 1 : 0);
