import { receive } from "../../../receive.js";

export async function POST(request) {
  return receive(request);
}
