/** CSS colours, told apart from typing errors without a browser. CSS Color Module Level 4. */

const NAMES = new Set(
  `aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet
  brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue
  darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange
  darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise
  darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen
  fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred
  indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
  lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen
  lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta
  maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
  mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
  navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen
  paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red
  rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue
  slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
  whitesmoke yellow yellowgreen`.split(/\s+/),
);

const NUMBER = String.raw`[+-]?(?:\d*\.)?\d+(?:e[+-]?\d+)?`;
const PERCENT = `${NUMBER}%`;
const HUE = `(?:${NUMBER}(?:deg|grad|rad|turn)?|none)`;
const VALUE = `(?:${NUMBER}%?|none)`;
const OLD_HUE = `${NUMBER}(?:deg|grad|rad|turn)?`;
const SPACE = '(?:srgb|srgb-linear|display-p3|a98-rgb|prophoto-rgb|rec2020|xyz|xyz-d50|xyz-d65)';

/** Values between spaces, and a share of opacity after a slash. */
const spaced = (...values: readonly string[]) => `${values.join(' +')}(?: */ *${VALUE})?`;
/** As before 2018: between commas, opacity being the last. */
const listed = (...values: readonly string[]) => `${values.join(' *, *')}(?: *, *${NUMBER}%?)?`;

const FUNCTIONS = [
  `rgba?\\( *(?:${listed(NUMBER, NUMBER, NUMBER)}|${listed(PERCENT, PERCENT, PERCENT)}|${spaced(VALUE, VALUE, VALUE)}) *\\)`,
  `hsla?\\( *(?:${listed(OLD_HUE, PERCENT, PERCENT)}|${spaced(HUE, VALUE, VALUE)}) *\\)`,
  `hwb\\( *${spaced(HUE, VALUE, VALUE)} *\\)`,
  `(?:ok)?lab\\( *${spaced(VALUE, VALUE, VALUE)} *\\)`,
  `(?:ok)?lch\\( *${spaced(VALUE, VALUE, HUE)} *\\)`,
  `color\\( *${SPACE} +${spaced(VALUE, VALUE, VALUE)} *\\)`,
];
const COLOUR = new RegExp(
  `^(?:#(?:[\\da-f]{3,4}|[\\da-f]{6}|[\\da-f]{8})|${FUNCTIONS.map((each) => `(?:${each})`).join('|')})$`,
  'i',
);

/** Whether a browser would take it for a colour: a name, `#336699`, `rgb(…)` and its kin. */
export function isColour(text: string): boolean {
  return NAMES.has(text.toLowerCase()) || COLOUR.test(text);
}
