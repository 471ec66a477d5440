// Receives Contio's webhooks with Nest on Express. WEBHOOK_SECRET is the endpoint's secret.
import "reflect-metadata";

import {
  Controller,
  HttpCode,
  type MiddlewareConsumer,
  Module,
  type NestApplicationOptions,
  type NestModule,
  Post,
  Req,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { type Delivery, WebhookVerifier } from "hookseal";
import { webhook } from "hookseal/express";

const verifier = new WebhookVerifier(process.env.WEBHOOK_SECRET!); // throws if there is no secret

@Controller("webhooks")
class WebhooksController {
  @Post("contio")
  @HttpCode(204)
  receive(@Req() request: { delivery: Delivery }): void {
    const event = request.delivery.event();
    // The work is done before the answer, so that the sender tries again if it fails.
    if (event.event_type === "meeting.completed") console.log(`${event.data.title} is over`);
    else console.log(`${event.event_type} came in`);
  }
}

@Module({ controllers: [WebhooksController] })
class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(webhook(verifier)).forRoutes("webhooks/contio");
  }
}

// With `rawBody`, Nest keeps the bytes that were signed next to what its parser makes of them.
const options = { rawBody: true, logger: ["error", "warn"] } satisfies NestApplicationOptions;
const app = await NestFactory.create<NestExpressApplication>(AppModule, options);
app.useBodyParser("json", { limit: "1mb" }); // by default 100 KB, and large events would be refused
const port = process.env.PORT ?? 3000;
await app.listen(port, "127.0.0.1");
console.log(`http://127.0.0.1:${port}/webhooks/contio`);
