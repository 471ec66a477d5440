//! The error codes.

use hookseal::{Error, ErrorKind, OptionNames};

use super::super::push;
use super::{comment, exported};

/// The file with the codes, their statuses, and the texts of the core.
pub(in super::super) fn codes() -> String {
    let mut file = "// Generated from core/src/error.rs by `cargo xtask generate`; edit that instead.\n\n\
         package hookseal\n\n\
         // The codes, which are the same words in every language. A code never changes its meaning.\n\
         const (\n"
        .to_owned();
    for kind in ErrorKind::ALL {
        let text = text(*kind);
        // The rest of the message says what to do about it.
        let what = text.split(';').next().unwrap_or_default();
        let name = exported(kind.code());
        push(&mut file, &comment("\t", &format!("Err{name}: {what}. The status is {}.", kind.status())));
        push(&mut file, &format!("\tErr{name} Code = \"{}\"\n", kind.code()));
    }
    file.push_str(
        ")\n\n\
         // codes has the codes by their numbers in the core's ABI; no code has the number 0.\n\
         var codes = [...]Code{\n\t\"\",\n",
    );
    for kind in ErrorKind::ALL {
        push(&mut file, &format!("\tErr{},\n", exported(kind.code())));
    }
    file.push_str(
        "}\n\n\
         // Status is the HTTP status to answer the sender with: 400, 401 or 413; 500 if the receiver's own configuration\n\
         // is wrong; 503 if the sender should try again.\n\
         func (c Code) Status() int {\n\tswitch c {\n",
    );
    let mut statuses: Vec<u16> = ErrorKind::ALL.iter().map(|kind| kind.status()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses.into_iter().filter(|status| *status != 500) {
        let names = ErrorKind::ALL.iter().filter(|kind| kind.status() == status);
        let names: Vec<_> = names.map(|kind| format!("Err{}", exported(kind.code()))).collect();
        push(&mut file, &format!("\tcase {}:\n\t\treturn {status}\n", names.join(",\n\t\t")));
    }
    file.push_str(
        "\tdefault:\n\t\treturn 500\n\t}\n}\n\n// text is what the core says of every error with this code.\n",
    );
    file.push_str("func (c Code) text() string {\n\tswitch c {\n");
    for kind in ErrorKind::ALL {
        let name = exported(kind.code());
        push(&mut file, &format!("\tcase Err{name}:\n\t\treturn {:?}\n", text(*kind)));
    }
    file.push_str("\tdefault:\n\t\treturn string(c)\n\t}\n}\n");
    file
}

/// The core's message for a kind of error, with Go's names of the options.
fn text(kind: ErrorKind) -> String {
    let mut text = String::new();
    Error::from(kind).write_text(OptionNames::Pascal, &mut |letter| text.push(letter));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_the_order_of_the_core_with_their_status() {
        let file = codes();
        let positions: Vec<_> = ErrorKind::ALL
            .iter()
            .map(|kind| file.find(&format!("Code = \"{}\"", kind.code())).expect("the code"))
            .collect();
        assert!(positions.is_sorted(), "{file}");
        assert!(file.contains("\t// ErrBodyTooLarge: the body is larger than MaxBody. The status is 413.\n"), "{file}");
        assert!(file.contains("\tcase ErrBodyTooLarge:\n\t\treturn 413\n"), "{file}");
    }
}
