// Layout of JavaScript, XML, SCSS, JSON, YAML and Markdown, as in the OCA's template
// for Odoo 19.0. The plug-in stands where dev/lint installs it, or beside this file.
const plugin = require.resolve("@prettier/plugin-xml", {
  paths: [`${__dirname}/.dev/lint/node`, __dirname],
});

/** @type {import("prettier").Config} */
module.exports = {
  plugins: [plugin],
  bracketSpacing: false,
  printWidth: 88,
  proseWrap: "always",
  semi: true,
  trailingComma: "es5",
  xmlWhitespaceSensitivity: "preserve",
};
