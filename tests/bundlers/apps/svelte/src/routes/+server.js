import { receive } from "../../receive.js";

export const POST = ({ request }) => receive(request);
