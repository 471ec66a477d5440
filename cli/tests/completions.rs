//! What shells and `man` know of the commands.

use crate::common::hookseal;

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = hookseal(["completions", shell]).run();
        assert_eq!((ran.code, &*ran.stderr), (0, ""), "{shell}");
        for word in ["verify", "torture", "explain", "secret-file"] {
            assert!(ran.stdout.contains(word), "{word} in {shell}");
        }
    }
    let unknown = hookseal(["completions", "tcsh"]).run();
    assert!(unknown.code == 2 && unknown.stderr.contains("bash"), "{unknown:?}");
}

#[test]
fn every_command_has_a_page() {
    let all = hookseal(["man"]).run();
    assert!(all.code == 0 && all.stdout.contains(".TH hookseal 1"), "{all:?}");
    for name in ["verify", "listen", "deliveries"] {
        let page = hookseal(["man", name]).run().stdout;
        assert!(page.contains(&format!(".TH hookseal-{name} 1")), "{page}");
    }
    let unknown = hookseal(["man", "verfy"]).run();
    assert!(unknown.code == 2 && unknown.stderr.contains("no command 'verfy'"), "{unknown:?}");
}
