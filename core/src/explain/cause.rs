//! What can be proved to be wrong with a delivery: a code for each cause, and what to do about it.

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $finding:literal, $fix:literal;)*) => {
        /// What was changed between the sender and the verifier. It is certain, because undoing it makes the signature
        /// genuine.
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
    /// JSON was signed without white space.
    BodyWasCompact = "body_was_compact", "the sender signed this JSON without white space between its tokens",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// JSON was signed with a space after each comma and colon.
    BodyWasSpaced = "body_was_spaced", "the sender signed this JSON with a space after each comma and colon, as Python writes it",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// JSON was signed indented by two spaces.
    BodyWasIndentedBy2 = "body_was_indented_by_2", "the sender signed this JSON indented by two spaces",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// JSON was signed indented by four spaces.
    BodyWasIndentedBy4 = "body_was_indented_by_4", "the sender signed this JSON indented by four spaces",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// JSON was signed with sorted keys, which are not sorted here.
    BodyKeysWereSorted = "body_keys_were_sorted", "the sender signed this JSON with its keys sorted",
        "verify the bytes as they came: something parsed the body and wrote its keys in another order";
    /// JSON was signed with its keys in another order, and here they are sorted.
    BodyKeysWereUnsorted = "body_keys_were_unsorted", "the sender signed this JSON with its keys in another order, and here they are sorted",
        "verify the bytes as they came: something parsed the body and sorted its keys";
    /// `\/` was signed where `/` is.
    BodySlashesWereEscaped = "body_slashes_were_escaped", "the sender signed this JSON with every slash escaped, as PHP writes it",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// `/` was signed where `\/` is.
    BodySlashesWerePlain = "body_slashes_were_plain", "the sender signed this JSON with its slashes unescaped",
        "verify the bytes as they came: something parsed the body and wrote it again, as PHP does";
    /// `\u00e9` was signed where `é` is.
    BodyNonAsciiWasEscaped = "body_non_ascii_was_escaped", "the sender signed this JSON with its non-ASCII characters escaped",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// `é` was signed where `\u00e9` is.
    BodyNonAsciiWasPlain = "body_non_ascii_was_plain", "the sender signed this JSON with its non-ASCII characters unescaped",
        "verify the bytes as they came: something parsed the body and wrote it again, as Python does by default";
    /// `\u0026` was signed where `&` is.
    BodyHtmlWasEscaped = "body_html_was_escaped", "the sender signed this JSON with <, > and & escaped, as Go writes it",
        "verify the bytes as they came: something parsed the body and wrote it again";
    /// `&` was signed where `\u0026` is.
    BodyHtmlWasPlain = "body_html_was_plain", "the sender signed this JSON with <, > and & unescaped",
        "verify the bytes as they came: something parsed the body and wrote it again, as Go does";
    /// `10.0` was signed where `10` is.
    BodyNumbersHadFractions = "body_numbers_had_fractions", "the sender signed numbers such as 10.0 or 1.50, and here the zeros at their end are missing",
        "verify the bytes as they came: something parsed the body and wrote its numbers again, as JavaScript does";
    /// `10` was signed where `10.0` is.
    BodyNumbersWereWhole = "body_numbers_were_whole", "the sender signed whole numbers, and here they end in .0",
        "verify the bytes as they came: something parsed the body and wrote its numbers again as floating-point numbers";
    /// `1e3` was signed where `1000` is.
    BodyNumbersHadExponents = "body_numbers_had_exponents", "the sender signed numbers with an exponent, such as 1e3, and here they are written out",
        "verify the bytes as they came: something parsed the body and wrote its numbers again";
    /// An integer beyond 2⁵³ was rounded.
    BodyNumbersLostDigits = "body_numbers_lost_digits", "the sender signed an integer beyond 2^53, and here its last digits are others",
        "verify the bytes as they came: something read the integer as a floating-point number, as JavaScript does";
    /// The line break at the end was not signed.
    BodyNewlineAdded = "body_newline_added", "the sender signed this body without the line break at its end",
        "verify the bytes as they came: something appended a line break, as editors and echo do";
    /// A line break was signed at the end, and is missing.
    BodyNewlineLost = "body_newline_lost", "the sender signed this body with a line break at its end",
        "verify the bytes as they came: something trimmed the body";
    /// CR LF became LF.
    BodyCrlfBecameLf = "body_crlf_became_lf", "the sender signed this body with CR LF at the ends of its lines",
        "verify the bytes as they came: something read the body as text and changed its line ends";
    /// LF became CR LF.
    BodyLfBecameCrlf = "body_lf_became_crlf", "the sender signed this body with LF at the ends of its lines",
        "verify the bytes as they came: something wrote the body as text and changed its line ends";
    /// The byte order mark was not signed.
    BodyBomAdded = "body_bom_added", "the sender signed this body without the byte order mark at its start",
        "verify the bytes as they came: something prepended a byte order mark, as editors do";
    /// A byte order mark was signed, and is missing.
    BodyBomLost = "body_bom_lost", "the sender signed this body with a byte order mark at its start",
        "verify the bytes as they came: something dropped the byte order mark when it read the body as text";
    /// The body is base64 of what was signed.
    BodyIsBase64 = "body_is_base64", "this body is the base64 of what the sender signed",
        "decode the body before you verify it: AWS Lambda passes it in base64 where isBase64Encoded is true";
    /// Base64 was signed, and the body was decoded.
    BodyWasBase64 = "body_was_base64", "the sender signed the base64 of this body",
        "verify the body before anything decodes it";
    /// The body is compressed.
    BodyIsGzip = "body_is_gzip", "this body is the sender's signed body, compressed with gzip",
        "decompress the body before you verify it, or configure the proxy not to compress requests";
    /// The body is form-encoded.
    BodyIsForm = "body_is_form", "this body is what the sender signed, form-encoded",
        "verify the bytes as they came: something sent the body on as a form";
    /// A form was signed, and this is the value of its field `payload`.
    BodyWasForm = "body_was_form", "the sender signed a form, and this is the value of its field `payload`",
        "verify the whole body before anything parses the form, or have the sender send application/json";
    /// UTF-8 was read as Latin-1 or Windows-1252, and written as UTF-8 again.
    BodyDecodedAsLatin1 = "body_decoded_as_latin1", "the sender signed UTF-8, and something decoded it as Latin-1 or Windows-1252",
        "verify the bytes as they came: something decoded them as another encoding";
    /// UTF-8 was written again as Latin-1.
    BodyEncodedAsLatin1 = "body_encoded_as_latin1", "the sender signed UTF-8, and something encoded it again as Latin-1",
        "verify the bytes as they came: something decoded them and encoded them otherwise";
    /// A byte that is not valid UTF-8 was replaced with U+FFFD.
    BodyInvalidUtf8Replaced = "body_invalid_utf8_replaced", "the sender signed a byte that is not valid UTF-8, and U+FFFD has replaced it",
        "verify the bytes as they came: something decoded them as text";
    /// U+FFFD was signed in place of bytes that are not valid UTF-8.
    BodySignedWithReplacements = "body_signed_with_replacements", "the sender signed U+FFFD in place of the bytes here that are not valid UTF-8",
        "tell the sender that it signs a decoded copy of its body: it must sign the bytes that it sends";
    /// An empty body was signed.
    BodySignedEmpty = "body_signed_empty", "the sender signed an empty body",
        "tell the sender that its signature does not cover the body: anybody can change what it sends";
    /// The body is a JSON string that contains what was signed.
    BodyIsJsonText = "body_is_json_text", "this body is a JSON string, and the sender signed the text in it",
        "verify the bytes as they came: something encoded text as JSON that was JSON already";
    /// A JSON string that contains this body was signed.
    BodyWasJsonText = "body_was_json_text", "the sender signed a JSON string, and this is the text in it",
        "verify the bytes as they came: something parsed the body once";
    /// The body is the JSON of a Node `Buffer`.
    BodyIsJsonBuffer = "body_is_json_buffer", "this body is the JSON of a Node Buffer, and the sender signed the bytes that it lists",
        "pass the Buffer itself, not what JSON.stringify makes of it";
    /// The body is what Python's `str()` makes of bytes.
    BodyIsBytesText = "body_is_bytes_text", "this body is b'...', and the sender signed the bytes that Python wrote in this way",
        "pass the bytes themselves, not what str() or an f-string makes of them";

    /// The secret has white space that the sender's does not have.
    SecretWhiteSpace = "secret_white_space", "this secret has white space that the sender's does not have",
        "trim the newline or space that was copied along with the secret";
    /// The sender's secret ends in a line break.
    SecretNewlineLost = "secret_newline_lost", "the sender's secret ends in a line break, and this one does not",
        "set the secret again at the sender, without the line break that was copied along with it";
    /// The secret has quotes around it that the sender's does not have.
    SecretQuoted = "secret_quoted", "this secret has quotes around it, and the sender's does not",
        "remove the quotes: they belong to the file or the shell command that the secret was written in";
    /// A line break in the secret is written as a backslash and an n.
    SecretNewlineEscaped = "secret_newline_escaped", "this secret has a backslash and an n where the sender's has a line break or nothing",
        "replace the two characters with a line break, or remove them";
    /// The secret begins with `v1,`, as Supabase shows it.
    SecretVersionKept = "secret_version_kept", "this secret begins with v1 and a comma, and the sender's does not",
        "remove what precedes whsec_: Supabase shows the version with the secret";
    /// The secret begins with `whsec_`, and the sender's does not.
    SecretPrefixKept = "secret_prefix_kept", "this secret begins with whsec_, and the sender's key does not",
        "remove whsec_ from the secret";
    /// The sender's secret begins with `whsec_`, and this one does not.
    SecretPrefixDropped = "secret_prefix_dropped", "the sender's key begins with whsec_, and this secret does not",
        "pass the whole secret, including whsec_";
    /// The sender's key is what this secret decodes to as base64.
    SecretNotBase64Decoded = "secret_not_base64_decoded", "the sender's key is what this secret decodes to as base64",
        "decode the secret from base64 and pass the bytes, or use a scheme whose secrets are base64";
    /// The sender's key is this secret's text, not what it decodes to.
    SecretBase64Decoded = "secret_base64_decoded", "the sender's key is this secret's text, not what it decodes to as base64",
        "pass the secret's text as bytes, or use a scheme whose secrets are UTF-8";
    /// The secret is base64 without padding, or in the URL alphabet.
    SecretBase64Spelling = "secret_base64_spelling", "this secret is base64 without padding, or in the URL alphabet",
        "write the secret in the standard base64 alphabet, + and /, with padding";
    /// The sender's key is what this secret decodes to as hex.
    SecretNotHexDecoded = "secret_not_hex_decoded", "the sender's key is what this secret decodes to as hex",
        "decode the secret from hex and pass the bytes";
    /// The sender's key is the text that this secret's bytes were decoded from.
    SecretAlreadyDecoded = "secret_already_decoded", "the sender's key is the hex or base64 text that this secret's bytes were decoded from",
        "pass the secret's text as the sender shows it";
    /// The caller's secret for another scheme signed this.
    SecretOfAnotherScheme = "secret_of_another_scheme", "this was signed with the secret that you use for another scheme",
        "configure this endpoint with its own secret, or correct the secret at the sender";
    /// The public key is the sender's, but is not written as it must be.
    PublicKeySpelling = "public_key_spelling", "this is the sender's public key, but it is not written as whpk_ and base64 or as 64 hex digits",
        "write the key as whpk_ and base64 or as 64 hex digits, without white space or quotes";
    /// What was given as a public key is the secret that the sender signs with.
    PublicKeyIsSecret = "public_key_is_secret", "what was given as a public key is the secret that the sender signed with",
        "give it as a secret, and keep it secret: whoever knows it can sign deliveries";
    /// What was given as a secret is the sender's public key.
    SecretIsPublicKey = "secret_is_public_key", "what was given as a secret is the sender's public key",
        "give it as a public key: as a secret it would let anybody sign deliveries";

    /// The delivery follows another scheme.
    SchemeIsAnother = "scheme_is_another", "this is a genuine delivery of another scheme",
        "verify it with that scheme";
    /// The signed content is put together as in another scheme.
    SignedLikeAnotherScheme = "signed_like_another_scheme", "the sender put the signed content together as another scheme does",
        "define a custom scheme for this sender that signs these parts";
    /// The timestamp was not signed.
    TimestampNotSigned = "timestamp_not_signed", "the sender did not sign the timestamp",
        "have the sender sign its timestamp, or use a scheme that signs the body alone, where deliveries can be replayed";
    /// A timestamp was signed that the scheme does not sign.
    TimestampSigned = "timestamp_signed", "the sender signed a timestamp before the body",
        "use a scheme that signs the timestamp too";
    /// The timestamp is in milliseconds.
    TimestampInMilliseconds = "timestamp_in_milliseconds", "the sender's timestamp is in milliseconds, either in the header or in what was signed",
        "have the sender send and sign Unix seconds";
    /// The timestamp was signed as it is, and is not Unix seconds.
    TimestampForm = "timestamp_form", "the sender signed this timestamp, which is not in the scheme's format",
        "have the sender send Unix seconds, digits only";
    /// The signed parts are separated differently.
    SeparatorDiffers = "separator_differs", "the sender put a different separator, or none, between the signed parts",
        "define a custom scheme for this sender that has this separator";
    /// The parts were signed in another order.
    PiecesOutOfOrder = "pieces_out_of_order", "the sender signed the same parts in another order",
        "have the sender sign the parts in the scheme's order";
    /// The id was not signed.
    IdNotSigned = "id_not_signed", "the sender did not sign the id",
        "use a scheme without an id, or have the sender sign it";
    /// The id was signed as it is, and is not one that the scheme accepts.
    IdForm = "id_form", "the sender signed this id, which is longer than 256 bytes or contains a character that no id may have, such as a dot",
        "have the sender send ids of 1 to 256 visible ASCII characters, without the separator that ends the id: a dot in \
         Standard Webhooks and Svix";
    /// The signature is in hex.
    TagIsHex = "tag_is_hex", "the signature is genuine, but in hex where the scheme uses base64",
        "use a scheme whose signatures are in hex, or have the sender write base64";
    /// The signature is in base64.
    TagIsBase64 = "tag_is_base64", "the signature is genuine, but in base64 where the scheme uses hex",
        "use a scheme whose signatures are in base64, or have the sender write hex";
    /// The signature is base64 without padding, or in the URL alphabet.
    TagBase64Spelling = "tag_base64_spelling", "the signature is genuine, but its base64 lacks padding or is in the URL alphabet",
        "have the sender write the standard base64 alphabet, + and /, with padding";
    /// The signature is the base64 of its hex.
    TagIsBase64OfHex = "tag_is_base64_of_hex", "the signature is genuine, but is the base64 of its hex",
        "have the sender encode the bytes of the signature once";
    /// The signature's prefix is missing.
    SignaturePrefixMissing = "signature_prefix_missing", "the signature is genuine, but lacks the prefix that the scheme writes before it",
        "have the sender write the prefix, or use a scheme without one";
    /// The signature is preceded or followed by something else.
    SignaturePrefixDiffers = "signature_prefix_differs", "the signature is genuine, but is preceded or followed by something that the scheme does not write",
        "have the sender write the signature as the scheme does, or use a scheme that matches the sender";
    /// The signature's prefix is in the wrong case.
    SignatureUpperCase = "signature_upper_case", "the signature is genuine, but something changed the case of what precedes it",
        "find what converts header values to upper case on their way, and stop it";

    /// The values of two headers are swapped.
    HeadersSwapped = "headers_swapped", "the values of the scheme's headers are swapped",
        "pass each value under its own header's name: the arguments may be in the wrong order";
    /// A header came twice, and its values were joined with a comma.
    HeaderJoined = "header_joined", "a header came twice, and its values were joined with a comma",
        "find the proxy that adds the header again; what joins values is usually a fetch Headers object";
    /// A header came twice.
    HeaderDoubled = "header_doubled", "a header came twice, and one of its values is genuine",
        "find the proxy that adds the header again, and stop it: which value counts must not be left to chance";
    /// A header's value has quotes around it.
    HeaderQuoted = "header_quoted", "a header's value has quotes around it that the sender did not write",
        "pass the value without the quotes";
    /// A header's value has white space around it.
    HeaderWhiteSpace = "header_white_space", "a header's value has white space around it that the sender did not write",
        "pass the value as HTTP defines it, without the white space around it";
    /// The end of the signature is missing.
    SignatureCutShort = "signature_cut_short", "the signature is genuine as far as it goes, but its end is missing",
        "find what truncates the header's value: a database column, a log, or a manual copy";
}
