/** The folder of the origin's private file system that converted films wait in until they are saved. */
export const FILMS = 'films';
