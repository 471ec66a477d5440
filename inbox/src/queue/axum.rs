//! The handler for axum.

use std::pin::Pin;

use axum_core::extract::{FromRequest as _, Request};
use axum_core::response::{IntoResponse as _, Response};
use hookseal_web::{Receiver, Webhook};

use super::HandOver;

type Answered = Pin<Box<dyn Future<Output = Response> + Send>>;

impl HandOver {
    /// A handler for axum 0.8 that verifies each delivery, hands it over, and answers 200 once the queue has it; 503 if
    /// it could not be handed over, and a refusal as the receiver does.
    ///
    /// ```
    /// # use hookseal_inbox::queue::HandOver;
    /// # use hookseal_web::Receiver;
    /// # fn app(hand_over: HandOver) -> Result<axum::Router, hookseal::Error> {
    /// use axum::Router;
    /// use axum::routing::post;
    ///
    /// let receiver = Receiver::contio("the endpoint's secret")?;
    /// let app = Router::new().route("/webhooks/contio", post(hand_over.receive(receiver)));
    /// # Ok(app)
    /// # }
    /// ```
    pub fn receive(&self, receiver: Receiver) -> impl Fn(Request) -> Answered + Clone + Send + Sync + use<> {
        let hand_over = self.clone();
        move |request| {
            let (hand_over, receiver) = (hand_over.clone(), receiver.clone());
            Box::pin(async move {
                match Webhook::<()>::from_request(request, &receiver).await {
                    Ok(webhook) => match hand_over.put(&webhook.delivery).await {
                        Ok(()) => ().into_response(),
                        Err(error) => error.into_response(),
                    },
                    Err(refusal) => refusal.into_response(),
                }
            })
        }
    }
}
