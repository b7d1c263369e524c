// Likely mistakes in the addon's JavaScript: the rules of the OCA's template for Odoo
// 19.0. What differs from it, and why, stands at the end of each block.
const tool = (name) =>
  require(
    require.resolve(name, {paths: [`${__dirname}/.dev/lint/node`, __dirname]})
  );
const globals = tool("globals");
const jsdoc = tool("eslint-plugin-jsdoc");

const mistakes = {
  "array-callback-return": "error",
  "constructor-super": "error",
  "no-array-constructor": "error",
  "no-caller": "error",
  "no-case-declarations": "error",
  "no-class-assign": "error",
  "no-cond-assign": "error",
  "no-const-assign": "error",
  "no-constant-condition": "error",
  "no-control-regex": "error",
  "no-debugger": "error",
  "no-delete-var": "error",
  "no-div-regex": "error",
  "no-dupe-args": "error",
  "no-dupe-class-members": "error",
  "no-dupe-keys": "error",
  "no-duplicate-case": "error",
  "no-duplicate-imports": "error",
  "no-empty": "error",
  "no-empty-character-class": "error",
  "no-empty-function": "error",
  "no-empty-pattern": "error",
  "no-eval": "error",
  "no-ex-assign": "error",
  "no-extend-native": "error",
  "no-extra-bind": "error",
  "no-extra-boolean-cast": "error",
  "no-fallthrough": "error",
  "no-func-assign": "error",
  "no-global-assign": "error",
  "no-implied-eval": "error",
  "no-inner-declarations": "error",
  "no-invalid-regexp": "error",
  "no-irregular-whitespace": "error",
  "no-iterator": "error",
  "no-new": "error",
  "no-new-func": "error",
  "no-new-native-nonconstructor": "error",
  "no-new-wrappers": "error",
  "no-obj-calls": "error",
  "no-object-constructor": "error",
  "no-octal": "error",
  "no-octal-escape": "error",
  "no-param-reassign": "error",
  "no-proto": "error",
  "no-prototype-builtins": "error",
  "no-redeclare": "error",
  "no-regex-spaces": "error",
  "no-return-assign": "error",
  "no-script-url": "error",
  "no-self-assign": "error",
  "no-self-compare": "error",
  "no-sequences": "error",
  "no-shadow": "error",
  "no-shadow-restricted-names": "error",
  "no-sparse-arrays": "error",
  "no-this-before-super": "error",
  "no-throw-literal": "error",
  "no-undef": "error",
  "no-unmodified-loop-condition": "error",
  "no-unreachable": "error",
  "no-unsafe-finally": "error",
  "no-unsafe-negation": "error",
  "no-unused-expressions": "error",
  "no-unused-labels": "error",
  "no-unused-vars": "error",
  "no-use-before-define": "error",
  "no-with": "error",
  "require-yield": "error",
  strict: "error",
  "use-isnan": "error",
  "valid-typeof": "error",
  // Left out: the template's rules for Node.js (callback-return, global-require,
  // handle-callback-err, no-mixed-requires, no-new-require, no-path-concat,
  // no-process-env, no-process-exit, no-sync): this code runs in browsers. Those that
  // forbid nothing until they are given a list (id-denylist, id-match,
  // no-restricted-*). `no-implicit-globals`: a module has none. Names that eslint has
  // replaced are given in their new form.
};

const manners = {
  "accessor-pairs": "error",
  complexity: ["error", 15],
  "dot-notation": "error",
  eqeqeq: "error",
  "init-declarations": "error",
  "max-depth": "error",
  "max-nested-callbacks": "error",
  "no-alert": "error",
  "no-else-return": "error",
  "no-eq-null": "error",
  "no-extra-label": "error",
  "no-implicit-coercion": ["error", {boolean: false, allow: ["~"]}],
  "no-label-var": "error",
  "no-labels": "error",
  "no-lone-blocks": "error",
  "no-lonely-if": "error",
  "no-multi-str": "error",
  "no-undef-init": "error",
  "no-unneeded-ternary": "error",
  "no-useless-call": "error",
  "no-useless-computed-key": "error",
  "no-useless-concat": "error",
  "no-useless-constructor": "error",
  "no-useless-escape": "error",
  "no-useless-rename": "error",
  "no-void": "error",
  "operator-assignment": ["error", "always"],
  "prefer-const": "error",
  radix: "error",
  "spaced-comment": ["error", "always"],
  yoda: "error",
  // The template only warns of about half of these. Here a rule blocks or is off: a
  // warning that stays is read by nobody. Off, for Odoo's own code does otherwise:
  // `capitalized-comments`, `no-inline-comments` (matters of taste), `sort-imports`
  // (Odoo groups imports by what they are), `no-negated-condition` (it also forbids
  // the clearer order), and `!!value` for a boolean.
};

const documentation = {
  "jsdoc/check-param-names": ["error", {checkDestructured: false}],
  "jsdoc/check-property-names": "error",
  "jsdoc/check-tag-names": ["error", {definedTags: ["odoo-module"]}],
  "jsdoc/check-types": "error",
  "jsdoc/valid-types": "error",
  // The template prefers `String` to `string`. Odoo 19 and every editor that checks
  // types prefer `string`, which is also the plug-in's default.
};

module.exports = [
  {ignores: [".dev/", "**/node_modules/", "**/static/lib/", "**/static/src/lib/"]},
  {
    // The template takes only *.esm.js for modules; since Odoo 17 all of these are.
    files: ["**/static/src/**/*.js", "**/static/tests/**/*.js"],
    plugins: {jsdoc},
    linterOptions: {reportUnusedDisableDirectives: "error"},
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "module",
      globals: {
        ...globals.browser,
        luxon: "readonly",
        odoo: "readonly",
        owl: "readonly",
      },
    },
    rules: {...mistakes, ...manners, ...documentation},
  },
];
