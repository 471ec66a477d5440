//! Where secrets come from. What a proxy shows on its pages must not have them.

use alloc::format;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::error::ConfigError;
use super::source::Source;
use crate::json::{Kind, Value};

pub(super) fn read(
    source: Source<'_>,
    value: &Value<'_>,
    path: &str,
    allow_text: bool,
) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let [env, file, text] = source.object(value, path, ["env", "file", "text"])?;
    let secret = match (env, file, text) {
        (Some(env), None, None) => {
            let name = source.text(env, path)?;
            let Some(secret) = source.host.variable(&name).filter(|secret| !secret.is_empty()) else {
                let how = source.host.how_to_pass_variables();
                return source.wrong(env.at, path, format!("the variable {name} is not set or not passed on: {how}"));
            };
            secret
        }
        (None, Some(file), None) => {
            let name = source.text(file, path)?;
            let contents = source.host.file(&name);
            let mut secret = contents.or_else(|why| source.wrong(file.at, path, format!("the file {name}: {why}")))?;
            trim_newline(&mut secret);
            if secret.is_empty() {
                return source.wrong(file.at, path, format!("the file {name} is empty"));
            }
            secret
        }
        (None, None, Some(text)) => {
            let Kind::Text(secret) = &text.kind else {
                return source.wrong(text.at, path, "it must be a string");
            };
            if !allow_text {
                let detail = "the proxy shows its configuration to anyone who may see its admin page: name a variable \
                              with env or a file, or set allow_text";
                return source.wrong(text.at, path, detail);
            }
            let mut bytes = Zeroizing::new(Vec::with_capacity(secret.raw().len()));
            secret.chars().for_each(|c| bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()));
            bytes
        }
        _ => return source.wrong(value.at, path, "it must have one of env, file and text"),
    };
    Ok(secret)
}

/// Editors end a file with a newline.
fn trim_newline(secret: &mut Vec<u8>) {
    for end in [b'\n', b'\r'] {
        if secret.last() == Some(&end) {
            secret.pop();
        }
    }
}
