/** The scripts are plain JavaScript, so that an older Node can run them before anything is installed. */
declare module '*.mjs';
