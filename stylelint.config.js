/** Colours stand in the file of tokens, once; everything else says `var(--…)`. */
const rawColours = {
  'color-no-hex': true,
  'color-named': 'never',
  'function-disallowed-list': ['rgb', 'rgba', 'hsl', 'hsla', 'hwb', 'lab', 'lch', 'oklab', 'oklch', 'color'],
};
const off = Object.fromEntries(Object.keys(rawColours).map((rule) => [rule, null]));

/** @type {import('stylelint').Config} */
export default {
  ignoreFiles: ['dist/**', 'dist-extension/**', 'node_modules/**'],
  reportNeedlessDisables: true,
  rules: {
    ...rawColours,
    'block-no-empty': true,
    'color-no-invalid-hex': true,
    'declaration-block-no-duplicate-custom-properties': true,
    'declaration-block-no-duplicate-properties': [
      true,
      { ignore: ['consecutive-duplicates-with-different-values'] },
    ],
    'declaration-block-no-shorthand-property-overrides': true,
    'font-family-no-duplicate-names': true,
    'function-calc-no-unspaced-operator': true,
    'function-no-unknown': true,
    'keyframe-block-no-duplicate-selectors': true,
    'media-feature-name-no-unknown': true,
    'media-query-no-invalid': true,
    'no-duplicate-at-import-rules': true,
    'no-duplicate-selectors': true,
    'no-invalid-double-slash-comments': true,
    'property-no-unknown': true,
    'selector-pseudo-class-no-unknown': true,
    'selector-pseudo-element-no-unknown': true,
    'selector-type-no-unknown': true,
    'unit-no-unknown': true,
  },
  overrides: [
    // The tokens, whatever folder they are in; and the OBS page, which has a style sheet of its own
    // and no tokens.
    { files: ['**/tokens.css', 'src/obs/obs.css'], rules: off },
    // An avatar's colours come from its name's hue, which no token can hold.
    { files: ['src/studio/ui/Avatar.css'], rules: { 'function-disallowed-list': null } },
  ],
};
