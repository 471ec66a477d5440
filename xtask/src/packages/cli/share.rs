//! What the binary says of itself to `man` and to shells, in a folder that is installed as `share/`.

use std::path::{Path, PathBuf};

use crate::packages::cli::folder;
use crate::tools::files;
use crate::tools::process::Process;
use crate::tools::workspace::Workspace;

/// The shells that look for completions in a folder, each with the name that the file has to have there. For others,
/// `hookseal completions` prints them.
const COMPLETIONS: &[(&str, &str, &str)] = &[
    ("bash", "bash-completion/completions", "hookseal"),
    ("zsh", "zsh/site-functions", "_hookseal"),
    ("fish", "fish/vendor_completions.d", "hookseal.fish"),
];

/// The manual pages, in the folder.
pub(super) const MAN: &str = "man/man1";

/// Writes the folder and returns its path.
pub(super) fn write(workspace: &Workspace, binary: &Path) -> Result<PathBuf, String> {
    let share = folder(workspace, "share");
    files::renew(&share)?;
    let print = |words: &str| Process::program(binary).args(words.split(' ')).capture(&workspace.root);
    for (shell, folder, name) in COMPLETIONS {
        put(&share.join(folder), name, &print(&format!("completions {shell}"))?)?;
    }
    let man = share.join(MAN);
    let page = print("man")?;
    put(&man, "hookseal.1", &page)?;
    for command in commands(&page) {
        put(&man, &format!("hookseal-{command}.1"), &print(&format!("man {command}"))?)?;
    }
    Ok(share)
}

fn put(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    files::create(folder)?;
    files::write(&folder.join(name), text)
}

/// The commands that the manual page of the binary refers to, such as `hookseal\-verify(1)`.
fn commands(page: &str) -> Vec<&str> {
    let references = page.lines().filter_map(|line| line.strip_prefix("hookseal\\-"));
    references.filter_map(|reference| reference.strip_suffix("(1)")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_those_that_the_manual_page_refers_to() {
        let page = ".SH SUBCOMMANDS\n.TP\nhookseal\\-sign(1)\nPrint\n.TP\nhookseal\\-verify(1)\nhookseal demo\n";
        assert_eq!(commands(page), ["sign", "verify"]);
    }
}
