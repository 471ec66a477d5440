//! The handler for axum.

use axum_core::extract::Request;
use axum_core::response::IntoResponse as _;
use hookseal_web::Receiver;

use super::HandOver;
use crate::axum::{self, Answered};

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
        axum::receive(receiver, move |webhook| {
            let hand_over = hand_over.clone();
            async move {
                match hand_over.put(&webhook.delivery).await {
                    Ok(()) => ().into_response(),
                    Err(error) => error.into_response(),
                }
            }
        })
    }
}
