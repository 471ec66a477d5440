//! The credentials file: what a user needs to call the sandbox. Nobody else can ever read it.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::error::Error;
use crate::private;
use crate::store::Store;

/// The file's path, next to the data.
pub(crate) fn path(data: &Path) -> PathBuf {
    private::with_suffix(data, ".credentials")
}

/// Replaces the file, and returns the token for the sandbox's own calls.
pub(crate) async fn write(path: &Path, store: &Store, address: SocketAddr) -> Result<String, Error> {
    let credentials = store.credentials().await?;
    let token = store.token().await?;
    let text = json!({
        "base_url": format!("http://{address}"),
        "api_key": credentials.api_key.value,
        "client_id": store.app().await?["client_id"],
        "webhook_secret": credentials.webhook_secret.value,
        "sandbox_token": token,
        "page_url": format!("http://{address}/#{token}"),
    });
    let shown = path.display();
    let failed = |error| Error::unavailable(format!("cannot write {shown}: {error}"));
    // An existing file may be readable by others; a new one is private from its first byte.
    let new = private::with_suffix(path, ".new");
    let _ = fs::remove_file(&new);
    let mut file = private::create(&new).map_err(failed)?;
    file.write_all(format!("{text:#}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&new, path).map_err(failed)?;
    Ok(token)
}
