//! The generated code of the Go package. It is written as `gofmt` would write it: every field and constant has a comment
//! of its own above it, so that there are no columns to align.

mod codes;
mod events;
mod schemes;

pub(super) use self::codes::codes;
pub(super) use self::events::events;
pub(super) use self::schemes::schemes;

/// Words that Go writes in capitals.
const INITIALISMS: [&str; 6] = ["api", "html", "http", "id", "json", "url"];

/// `meeting_id` becomes `MeetingID`, and `meeting.context.created` becomes `MeetingContextCreated`.
fn exported(name: &str) -> String {
    let word = |word| if INITIALISMS.contains(&word) { word.to_ascii_uppercase() } else { super::capitalize(word) };
    name.split(['.', '_', '-']).map(word).collect()
}

/// Lines of a comment, each with this indent, at most 120 characters long.
fn comment(indent: &str, text: &str) -> String {
    let mut lines = format!("{indent}//");
    let mut width = lines.len();
    for word in text.split_whitespace() {
        if width + 1 + word.chars().count() > 120 {
            lines.push_str(&format!("\n{indent}//"));
            width = indent.len() + 2;
        }
        lines.push_str(&format!(" {word}"));
        width += 1 + word.chars().count();
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_go_does() {
        assert_eq!(exported("meeting_id"), "MeetingID");
        assert_eq!(exported("action_item.completed"), "ActionItemCompleted");
        assert_eq!(exported("standard-webhooks"), "StandardWebhooks");
    }

    #[test]
    fn long_comments_are_wrapped() {
        let text = "word ".repeat(50);
        let wrapped = comment("\t", &text);
        assert!(wrapped.lines().count() > 1, "{wrapped}");
        assert!(wrapped.lines().all(|line| line.starts_with("\t// word") && line.len() <= 120), "{wrapped}");
    }
}
