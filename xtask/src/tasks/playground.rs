//! The page that explains a delivery in the browser: one file, built from `js/playground` and the npm package
//! `hookseal` in the workspace around it. It contains its style, its script and the WebAssembly, and a policy that
//! allows nothing else.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::packages::npm_package;
use crate::packages::wasm;
use crate::tools::files;
use crate::tools::npm;
use crate::tools::workspace::Workspace;

const SOURCES: &str = "playground";

/// What all pages share: their style and their icon.
const SHARED_STYLE: &str = "sandbox/src/page/page.css";
const ICON: &str = "sandbox/src/page/icon.svg";

/// The port it is served on, unless that is in use.
const PORT: u16 = 8117;

/// Builds the page and returns its path.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, String> {
    if !npm_package::sources(workspace, "hookseal").join("dist/esm/explain.js").is_file() {
        wasm::package(workspace)?;
    }
    let tools = npm_package::tools(workspace)?;
    let sources = tools.join(SOURCES);
    wasm::compile_captured(workspace, &tools, &sources.join("captured.wasm"))?;
    npm::program(workspace, &tools, "typescript/bin/tsc")
        .arg("-p")
        .arg(workspace.relative(&sources))
        .run_echoed(&workspace.root)?;
    let staging = npm_package::folder(workspace, "playground");
    files::create(&staging)?;
    let script = staging.join("page.js");
    npm::program(workspace, &tools, "esbuild/bin/esbuild")
        .arg(workspace.relative(&sources.join("page.ts")))
        .args([
            "--bundle",
            "--format=esm",
            "--target=es2022",
            "--minify",
            "--legal-comments=none",
            "--loader:.wasm=binary",
            "--log-level=warning",
        ])
        .arg(format!("--outfile={}", workspace.relative(&script).display()))
        .run_echoed(&workspace.root)?;
    let text = |path: &Path| files::read(path).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    let style = [text(&workspace.root.join(SHARED_STYLE))?, text(&sources.join("page.css"))?].join("\n");
    let icon = text(&workspace.root.join(ICON))?;
    let page = assemble(&text(&sources.join("index.html"))?, &icon, &style, &text(&script)?);
    let output = workspace.target.join("playground/index.html");
    files::create(&workspace.target.join("playground"))?;
    files::write(&output, page)?;
    println!("--- built {}", workspace.relative(&output).display());
    Ok(output)
}

/// Inserts the icon, the style and the script into the page, and a policy that allows the last two by their hashes.
fn assemble(page: &str, icon: &str, style: &str, script: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {}; img-src data:; base-uri 'none'; \
         form-action 'none'",
        hash(script),
        hash(style)
    );
    // The script comes last, since it may contain any text, placeholders included.
    let page = page.replacen("{{policy}}", &policy, 1).replacen("{{icon}}", &STANDARD.encode(icon), 1);
    page.replacen("{{style}}", style, 1).replacen("{{script}}", script, 1) + "\n"
}

/// Builds the page and serves it on loopback until the process is stopped.
pub(crate) fn serve(workspace: &Workspace) -> Result<(), String> {
    let page = files::read(&build(workspace)?)?;
    let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = listen(PORT).or_else(|_| listen(0)).map_err(|error| format!("no port is available: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("serving the page at http://{address}/; press Ctrl-C to stop");
    for stream in listener.incoming() {
        // A client that disconnects or sends nothing must not stop the server.
        let _ = stream.and_then(|stream| respond(stream, &page));
    }
    Ok(())
}

fn respond(mut stream: TcpStream, page: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut request = [0; 4096];
    let length = stream.read(&mut request)?;
    let is_page = request[..length].starts_with(b"GET / ");
    let (status, body) = if is_page { ("200 OK", page) } else { ("404 Not Found", &b"the only page is at /\n"[..]) };
    let kind = if is_page { "text/html" } else { "text/plain" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nContent-Security-Policy: frame-ancestors \
         'none'\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_the_style_and_the_script_by_their_hashes_and_no_connection() {
        let page = assemble("<{{policy}}><{{icon}}><{{style}}><{{script}}>", "i", "a{}", "let s = '{{style}}';");
        assert!(page.starts_with("<default-src 'none'; script-src 'sha256-"), "{page}");
        assert!(page.ends_with("><aQ==><a{}><let s = '{{style}}';>\n"), "{page}");
        assert!(!page.contains("connect-src") && !page.contains("unsafe-inline"), "{page}");
        // Computed with OpenSSL: printf 'a{}' | openssl dgst -sha256 -binary | base64
        assert!(page.contains("style-src 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='"), "{page}");
    }
}
