//! What can be shown to be wrong with a delivery: a code for each, and what to do.

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $finding:literal, $fix:literal;)*) => {
        /// What was changed between the sender and the verifier, known because undoing it makes the signature genuine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Cause {
            $($(#[$doc])* $name,)*
        }

        impl Cause {
            /// Every cause, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable word for this cause, such as `body_was_compact`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What was found, as one sentence.
            #[must_use]
            pub const fn finding(self) -> &'static str {
                match self { $(Self::$name => $finding),* }
            }

            /// What to do about it, as one sentence.
            #[must_use]
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$name => $fix),* }
            }
        }
    };
}

causes! {
    /// JSON without white space was signed.
    BodyWasCompact = "body_was_compact", "the sender signed this JSON without white space between its tokens",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// JSON was signed with a space behind each comma and colon.
    BodyWasSpaced = "body_was_spaced", "the sender signed this JSON with a space behind each comma and colon, as Python writes it",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// JSON was signed that was indented by two spaces.
    BodyWasIndentedBy2 = "body_was_indented_by_2", "the sender signed this JSON indented by two spaces",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// JSON was signed that was indented by four spaces.
    BodyWasIndentedBy4 = "body_was_indented_by_4", "the sender signed this JSON indented by four spaces",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// JSON was signed whose keys were sorted, and here they are not.
    BodyKeysWereSorted = "body_keys_were_sorted", "the sender signed this JSON with its keys sorted",
        "verify the bytes as they came: something parsed the body and wrote its keys in another order";
    /// JSON was signed whose keys were not sorted, and here they are.
    BodyKeysWereUnsorted = "body_keys_were_unsorted", "the sender signed this JSON with its keys in another order, and here they are sorted",
        "verify the bytes as they came: something parsed the body and sorted its keys";
    /// `\/` was signed where `/` is.
    BodySlashesWereEscaped = "body_slashes_were_escaped", "the sender signed this JSON with each slash escaped, as PHP writes it",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// `/` was signed where `\/` is.
    BodySlashesWerePlain = "body_slashes_were_plain", "the sender signed this JSON without escapes before its slashes",
        "verify the bytes as they came: something parsed the body and wrote it again, as PHP does";
    /// `\u00e9` was signed where `é` is.
    BodyNonAsciiWasEscaped = "body_non_ascii_was_escaped", "the sender signed this JSON with all beyond ASCII escaped",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// `é` was signed where `\u00e9` is.
    BodyNonAsciiWasPlain = "body_non_ascii_was_plain", "the sender signed this JSON with what is beyond ASCII as it is, not escaped",
        "verify the bytes as they came: something parsed the body and wrote it again, as Python does unless told otherwise";
    /// `\u0026` was signed where `&` is.
    BodyHtmlWasEscaped = "body_html_was_escaped", "the sender signed this JSON with <, > and & escaped, as Go writes it",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// A line break at the end is one too many.
    BodyNewlineAdded = "body_newline_added", "the sender signed this body without the line break at its end",
        "verify the bytes as they came: something ended the body with a line, as editors and echo do";
    /// A line break at the end is missing.
    BodyNewlineLost = "body_newline_lost", "the sender signed this body with a line break at its end",
        "verify the bytes as they came: something trimmed the body";
    /// CR LF became LF.
    BodyCrlfBecameLf = "body_crlf_became_lf", "the sender signed this body with CR LF at the ends of its lines",
        "verify the bytes as they came: something read the body as text and changed the ends of its lines";
    /// LF became CR LF.
    BodyLfBecameCrlf = "body_lf_became_crlf", "the sender signed this body with LF at the ends of its lines",
        "verify the bytes as they came: something wrote the body as text and changed the ends of its lines";
    /// There is a byte order mark that was not signed.
    BodyBomAdded = "body_bom_added", "the sender signed this body without the byte order mark in front",
        "verify the bytes as they came: something put a byte order mark in front, as editors do";
    /// A byte order mark was signed and is missing.
    BodyBomLost = "body_bom_lost", "the sender signed this body with a byte order mark in front",
        "verify the bytes as they came: something dropped the byte order mark when it read the body as text";
    /// The body is in base64.
    BodyIsBase64 = "body_is_base64", "the sender signed what this body is the base64 of",
        "decode the body before you verify it: AWS Lambda hands it over in base64 where isBase64Encoded is true";
    /// Base64 was signed, and the body was decoded.
    BodyWasBase64 = "body_was_base64", "the sender signed this body in base64",
        "verify the body before anything decodes it";
    /// The body is compressed.
    BodyIsGzip = "body_is_gzip", "the sender signed what this body is the gzip of",
        "decompress the body before you verify it, or ask the proxy not to compress requests";
    /// The body is form-encoded.
    BodyIsForm = "body_is_form", "the sender signed what is form-encoded here",
        "verify the bytes as they came: something sent the body on as a form";
    /// A form was signed, and the body was taken out of it.
    BodyWasForm = "body_was_form", "the sender signed a form, and this is the value of its field `payload`",
        "verify the whole body, before anything reads the form, or have the sender send application/json";
    /// UTF-8 was read as Latin-1 or Windows-1252 and written as UTF-8 again.
    BodyDecodedAsLatin1 = "body_decoded_as_latin1", "the sender signed UTF-8, and it was decoded as Latin-1 or Windows-1252",
        "verify the bytes as they came, before anything decodes them";
    /// UTF-8 was written again as Latin-1.
    BodyEncodedAsLatin1 = "body_encoded_as_latin1", "the sender signed UTF-8, and it was encoded again as Latin-1",
        "verify the bytes as they came, before anything decodes and encodes them";
    /// Bytes that are no UTF-8 were replaced with U+FFFD.
    BodyInvalidUtf8Replaced = "body_invalid_utf8_replaced", "the sender signed a byte that is no UTF-8, and U+FFFD is in its place",
        "verify the bytes as they came, before anything decodes them as text";
    /// U+FFFD was signed in place of bytes that are no UTF-8.
    BodySignedWithReplacements = "body_signed_with_replacements", "the sender signed U+FFFD in place of what is no UTF-8 here",
        "tell the sender that it signs a decoded copy of its body: it must sign the bytes that it sends";
    /// Nothing was signed where the body should be.
    BodySignedEmpty = "body_signed_empty", "the sender signed an empty body",
        "tell the sender that its signature leaves the body out: anybody can change what it sends";
    /// The body is a JSON string of the body.
    BodyIsJsonText = "body_is_json_text", "the sender signed the text that this body is a JSON string of",
        "verify the bytes as they came: something made JSON of text that was JSON already";
    /// A JSON string of the body was signed.
    BodyWasJsonText = "body_was_json_text", "the sender signed a JSON string, and this is the text in it",
        "verify the bytes as they came: something parsed the body once";
    /// The body is JSON of Node's Buffer.
    BodyIsJsonBuffer = "body_is_json_buffer", "the sender signed the bytes that this JSON of a Node Buffer lists",
        "hand over the Buffer itself: JSON.stringify was given it";

    /// White space is in the secret that does not belong there.
    SecretWhiteSpace = "secret_white_space", "the sender's secret has no white space where this one has",
        "trim the newline or space that came along when the secret was copied";
    /// The sender's secret ends in a line break.
    SecretNewlineLost = "secret_newline_lost", "the sender's secret ends in a line break that this one lacks",
        "set the secret anew at the sender, without the line break that came along there";
    /// Quotes are around the secret.
    SecretQuoted = "secret_quoted", "the sender's secret has no quotes around it, and this one has",
        "take the quotes off: they belong to the file or the shell it was written in";
    /// A line break in the secret is written as a backslash and an n.
    SecretNewlineEscaped = "secret_newline_escaped", "a backslash and an n in this secret is a line break, or nothing, to the sender",
        "replace the two characters with what they stand for";
    /// `whsec_` is part of this secret and not of the sender's.
    SecretPrefixKept = "secret_prefix_kept", "the sender's key does not begin with whsec_, and this one does",
        "take whsec_ off";
    /// `whsec_` is part of the sender's secret and not of this one.
    SecretPrefixDropped = "secret_prefix_dropped", "the sender's key begins with whsec_, and this one does not",
        "give the secret whole, with its whsec_";
    /// The sender's key is what this secret decodes to as base64.
    SecretNotBase64Decoded = "secret_not_base64_decoded", "the sender's key is what this secret decodes to as base64",
        "decode the secret from base64 and give the bytes, or use a scheme whose key is base64";
    /// The sender's key is the text of this secret, not what it decodes to.
    SecretBase64Decoded = "secret_base64_decoded", "the sender's key is this secret's text, not what it decodes to as base64",
        "give the secret's text as bytes, or use a scheme whose key is UTF-8";
    /// The secret is base64 of another spelling.
    SecretBase64Spelling = "secret_base64_spelling", "this secret is base64 without padding, or of the alphabet for URLs",
        "write it in the standard alphabet, + and /, with its padding";
    /// The sender's key is what this secret decodes to as hex.
    SecretNotHexDecoded = "secret_not_hex_decoded", "the sender's key is what this secret decodes to as hex",
        "decode the secret from hex and give the bytes";
    /// The sender's key is the text that the bytes of this secret were decoded from.
    SecretAlreadyDecoded = "secret_already_decoded", "the sender's key is the text of hex or base64 that these bytes were decoded from",
        "give the secret's text as the sender shows it";
    /// The secret of another sender signed this.
    SecretOfAnotherScheme = "secret_of_another_scheme", "a secret signed this that you use for another scheme",
        "give this endpoint the secret that belongs to it, or correct it at the sender";

    /// The delivery is of another scheme.
    SchemeIsAnother = "scheme_is_another", "this is a genuine delivery of another scheme",
        "verify it by that scheme";
    /// What is signed is put together as by another scheme.
    SignedLikeAnotherScheme = "signed_like_another_scheme", "the sender put the signed bytes together as another scheme does",
        "describe the sender in a scheme of your own that signs these pieces";
    /// The timestamp is not signed.
    TimestampNotSigned = "timestamp_not_signed", "the sender left the timestamp out of what it signed",
        "use a scheme that signs the body alone, and know that deliveries can be replayed, or have the sender sign its timestamp";
    /// A timestamp is signed that the scheme does not know.
    TimestampSigned = "timestamp_signed", "the sender signed a timestamp in front of the body",
        "use a scheme that signs the timestamp too";
    /// Milliseconds stand for seconds.
    TimestampInMilliseconds = "timestamp_in_milliseconds", "the sender's timestamp is in milliseconds where it is sent, or where it is signed",
        "have the sender send and sign Unix seconds";
    /// The timestamp is signed as it is, and is no Unix seconds.
    TimestampForm = "timestamp_form", "the sender signed this timestamp, which is not 1 to 12 digits",
        "have the sender send Unix seconds, as digits alone";
    /// Another mark stands between the pieces.
    SeparatorDiffers = "separator_differs", "the sender put another mark, or none, between the pieces it signed",
        "describe the sender in a scheme of your own that has this mark";
    /// The pieces are signed in another order.
    PiecesOutOfOrder = "pieces_out_of_order", "the sender signed the same pieces in another order",
        "have the sender sign them in the scheme's order";
    /// The id is not signed.
    IdNotSigned = "id_not_signed", "the sender left the id out of what it signed",
        "use a scheme without an id, or have the sender sign it";
    /// The tag is in hex.
    TagIsHex = "tag_is_hex", "the signature is genuine, but written in hex where the scheme has base64",
        "use a scheme whose tags are in hex, or have the sender write base64";
    /// The tag is in base64.
    TagIsBase64 = "tag_is_base64", "the signature is genuine, but written in base64 where the scheme has hex",
        "use a scheme whose tags are in base64, or have the sender write hex";
    /// The tag is base64 of another spelling.
    TagBase64Spelling = "tag_base64_spelling", "the signature is genuine, but its base64 lacks padding or is of the alphabet for URLs",
        "have the sender write the standard alphabet, + and /, with padding";
    /// The tag is base64 of hex.
    TagIsBase64OfHex = "tag_is_base64_of_hex", "the signature is genuine, but is the base64 of its hex",
        "have the sender encode the bytes of the tag once";
    /// The prefix of the tag is missing.
    SignaturePrefixMissing = "signature_prefix_missing", "the signature is genuine, but lacks what the scheme writes in front of a tag",
        "have the sender write the prefix, or use a scheme without one";
    /// The prefix of the tag is another one.
    SignaturePrefixDiffers = "signature_prefix_differs", "the signature is genuine, but stands behind or before something that the scheme does not write",
        "have the sender write it as the scheme does, or use a scheme that writes it so";
    /// The prefix of the tag is in upper case.
    SignatureUpperCase = "signature_upper_case", "the signature is genuine, but something changed the case of what stands in front of it",
        "find what changes header values to upper case on their way, and stop it";

    /// The values of two headers are exchanged.
    HeadersSwapped = "headers_swapped", "the values of the scheme's headers are in each other's places",
        "hand over each value under its own header's name: the arguments may be in the wrong order";
    /// Two values were joined by a comma.
    HeaderJoined = "header_joined", "a header came twice, and its values were joined with a comma",
        "find the proxy that adds the header again; what joins values is most often a fetch Headers object";
    /// A header is doubled.
    HeaderDoubled = "header_doubled", "a header came twice, and one of its values is genuine",
        "find the proxy that adds the header again, and stop it: which value counts cannot be left to chance";
    /// Quotes are around the value of a header.
    HeaderQuoted = "header_quoted", "the value of a header has quotes around it that the sender did not write",
        "hand over the value without the quotes";
    /// White space is in the value of a header.
    HeaderWhiteSpace = "header_white_space", "the value of a header has white space around it that the sender did not write",
        "hand over the value as HTTP defines it, without the white space around it";
    /// The end of the signature is missing.
    SignatureCutShort = "signature_cut_short", "the signature is genuine as far as it goes, but its end is missing",
        "find what cuts the header's value: a column of a database, a log, or a copy by hand";
}
