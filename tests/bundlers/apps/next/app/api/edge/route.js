import { receive } from "../../../receive.js";

export const runtime = "edge";
export const POST = receive;
