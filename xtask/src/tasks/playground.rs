//! The page that explains a delivery in a browser: one file, made of `bindings-wasm/playground` and the npm package as it
//! would be installed. It has its style, its script and the WebAssembly inside, and a policy that allows nothing else.

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

const SOURCES: &str = "bindings-wasm/playground";

const MANIFEST: &str = r#"{ "private": true, "type": "module" }
"#;

/// Where it is served, if nobody else is there.
const PORT: u16 = 8117;

/// Makes the page, and tells where it is.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, String> {
    let tarball = wasm::tarball(workspace);
    if !tarball.is_file() {
        wasm::package(workspace)?;
    }
    let tools = npm_package::tools(workspace)?;
    let staging = npm_package::folder(workspace, "playground");
    files::mirror(&workspace.root.join(SOURCES), &staging, |path| !path.starts_with("node_modules"))?;
    files::write(&staging.join("package.json"), MANIFEST)?;
    npm::install_tarballs(workspace, &staging, &[&tarball])?;
    npm::program(workspace, &tools, "typescript/bin/tsc")
        .argument("-p")
        .argument(workspace.shown(&staging))
        .run_shown(&workspace.root)?;
    let script = staging.join("page.js");
    npm::program(workspace, &tools, "esbuild/bin/esbuild")
        .argument(workspace.shown(&staging.join("page.ts")))
        .words([
            "--bundle",
            "--format=esm",
            "--target=es2022",
            "--minify",
            "--legal-comments=none",
            "--log-level=warning",
        ])
        .argument(format!("--outfile={}", workspace.shown(&script).display()))
        .run_shown(&workspace.root)?;
    let text = |path: &Path| files::read(path).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    let page = assemble(&text(&staging.join("index.html"))?, &text(&staging.join("page.css"))?, &text(&script)?);
    let made = workspace.target.join("playground/index.html");
    files::create(&workspace.target.join("playground"))?;
    files::write(&made, page)?;
    println!("--- made {}", workspace.shown(&made).display());
    Ok(made)
}

/// Puts the style and the script into the page, and a policy that allows them by their hashes.
fn assemble(page: &str, style: &str, script: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {}; base-uri 'none'; form-action 'none'",
        hash(script),
        hash(style)
    );
    // The script last: it may have any text in it.
    page.replacen("{{policy}}", &policy, 1).replacen("{{style}}", style, 1).replacen("{{script}}", script, 1) + "\n"
}

/// Makes the page and serves it, to this machine alone, until it is stopped.
pub(crate) fn serve(workspace: &Workspace) -> Result<(), String> {
    let page = files::read(&build(workspace)?)?;
    let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let listener = listen(PORT).or_else(|_| listen(0)).map_err(|error| format!("no port can be had: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("the page is at http://{address}/ until you stop this with Ctrl-C");
    for stream in listener.incoming() {
        // Whoever went away, or says nothing, is no reason to stop.
        let _ = stream.and_then(|stream| answer(stream, &page));
    }
    Ok(())
}

fn answer(mut stream: TcpStream, page: &[u8]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut request = [0; 4096];
    let length = stream.read(&mut request)?;
    let is_page = request[..length].starts_with(b"GET / ");
    let (status, body) = if is_page { ("200 OK", page) } else { ("404 Not Found", &b"there is one page, at /\n"[..]) };
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
        let page = assemble("<{{policy}}><{{style}}><{{script}}>", "a{}", "let s = '{{style}}';");
        assert!(page.starts_with("<default-src 'none'; script-src 'sha256-"), "{page}");
        assert!(page.ends_with("><a{}><let s = '{{style}}';>\n"), "{page}");
        assert!(!page.contains("connect-src") && !page.contains("unsafe-inline"), "{page}");
        // As OpenSSL has it: printf 'a{}' | openssl dgst -sha256 -binary | base64
        assert!(page.contains("style-src 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='"), "{page}");
    }
}
