import { receive } from "../../receive.js";

export const config = { runtime: "edge" };
export default receive;
