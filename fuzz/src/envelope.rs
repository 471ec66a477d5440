//! The envelope's scanner against the same rules on top of `serde_json`: see `tests/model`.

use hookseal_model::envelope::assert_agree;
use hookseal_model::json::can_judge;

pub fn run(data: &[u8]) {
    if std::str::from_utf8(data).is_ok_and(|text| !can_judge(text)) {
        return;
    }
    assert_agree(data);
}
