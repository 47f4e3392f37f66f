/** The words of a look, as values. Without other code, so that any program can load them. */

/** Parts of a person that a matte net may tell apart; `face` is its skin with eyes and lips. */
export const BODY_PARTS = ['face', 'hair', 'clothes'] as const;
export type BodyPart = (typeof BODY_PARTS)[number];

/** Where a style can show. */
export const REGIONS = ['person', ...BODY_PARTS, 'background', 'everything'] as const;
export type Region = (typeof REGIONS)[number];

/** Whether a style is fast enough for every machine, or only for strong ones. */
export const GRADES = ['live', 'fine'] as const;
export type Grade = (typeof GRADES)[number];
