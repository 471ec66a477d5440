//! The app, its credentials, and its workflows and automations.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Store;
use crate::clock::Time;
use crate::error::Error;

/// An API key or a secret.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) value: String,
    /// The previous value, which is live until the grace period ends.
    pub(crate) previous: Option<String>,
    pub(crate) created_at: Time,
    pub(crate) last_rotated_at: Option<Time>,
    pub(crate) last_used_at: Option<Time>,
    pub(crate) grace_period_ends_at: Option<Time>,
    pub(crate) rollback_token: Option<String>,
    pub(crate) rollback_expires_at: Option<Time>,
}

pub(crate) struct Credentials {
    pub(crate) api_key: Credential,
    pub(crate) webhook_secret: Credential,
    pub(crate) client_secret: Credential,
}

impl Credential {
    /// Whether the previous value is still live.
    pub(crate) fn is_transitioning(&self, now: Time) -> bool {
        self.previous.is_some() && self.grace_period_ends_at.is_some_and(|end| now < end)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = |index| row.get::<_, Option<i64>>(index).map(|time| time.map(Time));
        Ok(Self {
            value: row.get(0)?,
            previous: row.get(1)?,
            created_at: Time(row.get(2)?),
            last_rotated_at: time(3)?,
            last_used_at: time(4)?,
            grace_period_ends_at: time(5)?,
            rollback_token: row.get(6)?,
            rollback_expires_at: time(7)?,
        })
    }
}

const COLUMNS: &str = "value, previous, created_at, last_rotated_at, last_used_at, grace_period_ends_at, rollback_token, \
                       rollback_expires_at";

/// An unguessable value.
fn random(prefix: &str) -> String {
    format!("{prefix}{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

impl Store {
    /// Creates the app and its credentials if there is none yet, and sets its webhook URL if one is given.
    pub(crate) async fn prepare(&self, now: Time, url: Option<String>) -> Result<(), Error> {
        self.write(move |connection| {
            if app(connection).is_err() {
                let app = new_app(now);
                connection.execute("INSERT INTO app VALUES (1, ?)", [app.to_string()])?;
                for (kind, prefix) in [("api_key", "sandbox_key_"), ("webhook_secret", ""), ("client_secret", "")] {
                    let sql = "INSERT INTO credentials (type, value, created_at) VALUES (?, ?, ?)";
                    connection.execute(sql, params![kind, random(prefix), now.0])?;
                }
                connection.execute("INSERT INTO settings VALUES ('token', ?)", [random("")])?;
            }
            match url {
                Some(url) => update_app(connection, now, &[("webhook_url", url.into())]).map(drop),
                None => Ok(()),
            }
        })
        .await
    }

    pub(crate) async fn app(&self) -> Result<Value, Error> {
        self.read(app).await
    }

    /// Sets fields of the app, and returns it.
    pub(crate) async fn update_app(&self, now: Time, fields: Vec<(&'static str, Value)>) -> Result<Value, Error> {
        self.write(move |connection| update_app(connection, now, &fields)).await
    }

    /// Switches webhooks on or off. Pending deliveries are still made, or abandoned.
    pub(crate) async fn switch(&self, now: Time, enabled: bool, abandon: bool) -> Result<Value, Error> {
        self.write(move |connection| {
            if !enabled && abandon {
                let sql = "UPDATE deliveries SET status = 'abandoned', due = NULL, next_automatic = NULL, \
                           asked = NULL WHERE due IS NOT NULL";
                connection.execute(sql, [])?;
            }
            update_app(connection, now, &[("webhook_enabled", enabled.into())])
        })
        .await
    }

    pub(crate) async fn token(&self) -> Result<String, Error> {
        let sql = "SELECT value FROM settings WHERE name = 'token'";
        self.read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?)).await
    }

    pub(crate) async fn credentials(&self) -> Result<Credentials, Error> {
        self.read(|connection| {
            let one = |kind: &str| credential(connection, kind);
            Ok(Credentials {
                api_key: one("api_key")?,
                webhook_secret: one("webhook_secret")?,
                client_secret: one("client_secret")?,
            })
        })
        .await
    }

    /// Records that a credential was used, to the minute, so that not every call is a write.
    pub(crate) async fn use_credential(&self, kind: &'static str, now: Time) -> Result<(), Error> {
        let last_used = self.read(move |connection| credential(connection, kind)).await?.last_used_at;
        if last_used.is_some_and(|last| (0..60_000).contains(&now.0.saturating_sub(last.0))) {
            return Ok(());
        }
        self.write(move |connection| {
            connection.execute("UPDATE credentials SET last_used_at = ? WHERE type = ?", params![now.0, kind])?;
            Ok(())
        })
        .await
    }

    /// Replaces a credential; the previous value stays live until `grace_ends`.
    pub(crate) async fn rotate(&self, kind: &'static str, now: Time, grace_ends: Time) -> Result<Credential, Error> {
        self.write(move |connection| {
            let old = credential(connection, kind)?;
            if old.is_transitioning(now) {
                return Err(Error::new(
                    409,
                    "rotation_pending",
                    "a rotation is in its grace period: wait until it ends, or roll it back",
                ));
            }
            let prefix = if kind == "api_key" { "sandbox_key_" } else { "" };
            let sql = "UPDATE credentials SET previous_rotated_at = last_rotated_at, value = ?, previous = ?, \
                       last_rotated_at = ?, grace_period_ends_at = ?, rollback_token = ?, rollback_expires_at = ? \
                       WHERE type = ?";
            let values = params![random(prefix), old.value, now.0, grace_ends.0, random("rb_"), grace_ends.0, kind];
            connection.execute(sql, values)?;
            credential(connection, kind)
        })
        .await
    }

    /// Rolls a rotation back.
    pub(crate) async fn roll_back(&self, kind: &'static str, now: Time, token: String) -> Result<(), Error> {
        self.write(move |connection| {
            let current = credential(connection, kind)?;
            let is_valid = current.rollback_token.as_ref() == Some(&token)
                && current.rollback_expires_at.is_some_and(|end| now < end);
            let Some(previous) = current.previous.filter(|_| is_valid) else {
                return Err(Error::invalid("rollback_token", "no rotation can be rolled back with this token"));
            };
            let sql = "UPDATE credentials SET value = ?, previous = NULL, last_rotated_at = previous_rotated_at, \
                       previous_rotated_at = NULL, grace_period_ends_at = NULL, rollback_token = NULL, rollback_expires_at = NULL WHERE type = ?";
            connection.execute(sql, params![previous, kind])?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn put_object(&self, kind: &'static str, id: String, object: Value) -> Result<(), Error> {
        self.write(move |connection| {
            let sql = "INSERT INTO objects (kind, id, json) VALUES (?1, ?2, ?3) \
                       ON CONFLICT (id) DO UPDATE SET json = ?3";
            connection.execute(sql, params![kind, id, object.to_string()])?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn object(&self, kind: &'static str, id: String) -> Result<Value, Error> {
        self.read(move |connection| {
            let sql = "SELECT json FROM objects WHERE kind = ? AND id = ?";
            let text: Option<String> = connection.query_row(sql, [kind, &id], |row| row.get(0)).optional()?;
            text.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(|| Error::not_found(kind))
        })
        .await
    }

    pub(crate) async fn objects(&self, kind: &'static str) -> Result<Vec<Value>, Error> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached("SELECT json FROM objects WHERE kind = ? ORDER BY seq")?;
            let texts = statement.query_map([kind], |row| row.get::<_, String>(0))?;
            texts.map(|text| Ok(serde_json::from_str(&text?).unwrap_or_default())).collect()
        })
        .await
    }

    pub(crate) async fn remove_object(&self, kind: &'static str, id: String) -> Result<(), Error> {
        self.write(move |connection| {
            match connection.execute("DELETE FROM objects WHERE kind = ? AND id = ?", [kind, &id])? {
                0 => Err(Error::not_found(kind)),
                _ => Ok(()),
            }
        })
        .await
    }
}

fn new_app(now: Time) -> Value {
    json!({
        "id": Uuid::new_v4().to_string(),
        "name": "Sandbox app",
        "description": "Created by hookseal sandbox.",
        "slug": "sandbox-app",
        "client_id": Uuid::new_v4().to_string(),
        "status": "active",
        "webhook_url": null,
        "webhook_enabled": true,
        "webhook_filter": null,
        "created_at": now.rfc3339(),
        "updated_at": now.rfc3339(),
    })
}

pub(super) fn app(connection: &Connection) -> Result<Value, Error> {
    let text: String = connection.query_row("SELECT json FROM app", [], |row| row.get(0))?;
    serde_json::from_str(&text).map_err(|error| Error::unavailable(format!("the stored app cannot be read: {error}")))
}

fn update_app(connection: &Connection, now: Time, fields: &[(&'static str, Value)]) -> Result<Value, Error> {
    let mut changed = app(connection)?;
    for (name, value) in fields {
        changed[*name] = value.clone();
    }
    changed["updated_at"] = now.rfc3339().into();
    connection.execute("UPDATE app SET json = ?", [changed.to_string()])?;
    Ok(changed)
}

fn credential(connection: &Connection, kind: &str) -> Result<Credential, Error> {
    let sql = format!("SELECT {COLUMNS} FROM credentials WHERE type = ?");
    Ok(connection.prepare_cached(&sql)?.query_row([kind], Credential::read)?)
}
