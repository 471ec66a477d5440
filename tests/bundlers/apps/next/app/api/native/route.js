import { receive } from "../../../native/receive.js";

export async function POST(request) {
  return receive(request);
}
