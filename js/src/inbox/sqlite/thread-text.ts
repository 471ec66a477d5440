// The source of the thread, as a text: users' bundlers would not find a file.
export { default } from "text:./thread.ts";
