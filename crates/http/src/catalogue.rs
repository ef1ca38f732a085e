//! Every problem type that this API answers with: its code, status and words. One table; pages,
//! answers and the API description are made from it.

use laiqu_service::Code;

/// A problem type (RFC 9457, section 3.1.1). Its URI is `/problems/{code}`.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// Stable code, also the end of its URI.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Title in Chinese.
    pub title_zh: &'static str,
    /// What to do, in Chinese.
    pub advice_zh: &'static str,
    /// Title in English.
    pub title_en: &'static str,
    /// What to do, in English.
    pub advice_en: &'static str,
    /// Sending the same request again after a moment is worth it.
    pub retry: bool,
}

macro_rules! problems {
    ($($name:ident: $code:literal, $status:literal $($retry:ident)?,
       $title_zh:literal, $advice_zh:literal, $title_en:literal, $advice_en:literal;)+) => {
        $(pub(crate) static $name: ProblemKind = ProblemKind {
            code: $code,
            status: $status,
            title_zh: $title_zh,
            advice_zh: $advice_zh,
            title_en: $title_en,
            advice_en: $advice_en,
            retry: problems!(@retry $($retry)?),
        };)+
        /// Every problem type, in the order of the problem pages.
        pub static PROBLEMS: &[&ProblemKind] = &[$(&$name),+];
    };
    (@retry retry) => { true };
    (@retry) => { false };
}

problems! {
    INVALID_JSON: "invalid-json", 400,
        "正文不是有效的 JSON", "请按 detail 指出的位置更正后重新提交。",
        "The body is not valid JSON", "Correct it at the place that the detail names and post it again.";
    INVALID_XML: "invalid-xml", 400,
        "正文不是可以读取的 XML", "请按 detail 指出的行列更正后重新提交；不读取 DOCTYPE 和实体。",
        "The body is not XML that is read", "Correct it at the line that the detail names and post it again; document types and entities are never read.";
    INVALID_DOCUMENT: "invalid-document", 400,
        "内容不符合要求", "errors 逐条列出了位置和原因；全部更正后整份重新提交，此前没有写入任何内容。",
        "The content is not as required", "The errors name each place and reason; correct them all and post the whole again. Nothing was written.";
    INVALID_PARAMETER: "invalid-parameter", 400,
        "参数有误", "请检查网址中的参数和请求头：名称、取值和长度。",
        "A parameter is wrong", "Check the parameters of the address and the headers: names, values, lengths.";
    UNSUPPORTED_MEDIA_TYPE: "unsupported-media-type", 415,
        "不支持的媒体类型", "请使用 detail 中列出的 Content-Type，且不要压缩正文。",
        "Unsupported media type", "Use a Content-Type that the detail lists, and do not compress the body.";
    BODY_TOO_LARGE: "body-too-large", 413,
        "正文过大", "请分成几份较小的文件提交；上限见 detail。",
        "The body is too large", "Split it into smaller documents; the detail has the limit.";
    QUERY_TOO_LARGE: "query-too-large", 413,
        "查询结果过多", "请缩小查询范围，或去掉 maxEventCount 逐页读取。",
        "More events match than the query allows", "Ask more narrowly, or leave maxEventCount out and read page by page.";
    TOO_MANY_EVENTS: "too-many-events", 413,
        "事件过多", "请分成几份文件提交；上限见 detail。",
        "Too many events", "Split the document; the detail has the limit.";
    CREDENTIALS_MISSING: "credentials-missing", 401,
        "缺少凭证", "请附上 Submission-Signature 签名，或 Authorization: Bearer 令牌。",
        "Credentials are missing", "Send a Submission-Signature, or a token as Authorization: Bearer.";
    TOKEN_UNKNOWN: "token-unknown", 401,
        "令牌无效", "请核对令牌；如已遗失或作废，请向账本运营方申领新令牌。",
        "The token is not known", "Check the token; where it is lost or void, ask the operator for a new one.";
    FORBIDDEN: "forbidden", 403,
        "无权进行此操作", "此操作需要其他身份的令牌或签名；如需权限，请联系账本运营方。",
        "Not allowed", "This needs a token or signature of someone else; ask the operator if you should be allowed.";
    SIGNATURE_INVALID: "signature-invalid", 401,
        "签名无效", "请用已登记的密钥对未改动的正文重新签名。",
        "The signature is not valid", "Sign the unchanged body again with a registered key.";
    SIGNATURE_MISMATCH: "signature-mismatch", 401,
        "签名对象不符", "签名中的账本、主体或媒体类型与本次提交不符，请为本账本重新签名。",
        "The signature is for something else", "It names another ledger, party or media type; sign for this ledger.";
    SIGNATURE_OTHER_BODY: "signature-other-body", 401,
        "签名与正文不符", "正文在签名后被改动，或签的是另一份文件；请对实际发送的字节签名。",
        "The signature is for another body", "The body changed after it was signed, or another one was signed; sign the very bytes that you send.";
    SIGNATURE_EXPIRED: "signature-expired", 401,
        "签名已过期", "请核对时钟，重新签名后提交。",
        "The signature has expired", "Check the clock, sign again and post.";
    KEY_UNKNOWN: "key-unknown", 401,
        "密钥未登记", "请先由账本运营方登记此密钥。",
        "The key is not registered", "Have the operator register this key first.";
    KEY_NOT_EFFECTIVE: "key-not-effective", 401,
        "密钥未生效或已吊销", "请换用本主体当前有效的密钥签名。",
        "The key does not count", "It was revoked or is not effective yet; sign with an effective key of the party.";
    SIGNATURE_REQUIRED: "signature-required", 403,
        "必须使用自己的密钥签名", "该主体的提交必须由其自己的密钥签名，不能只凭令牌。",
        "The party's own signature is required", "This party's submissions need a signature by its own key; a token is not enough.";
    KEY_CHAIN_CONFLICT: "key-chain-conflict", 409,
        "签名链不连续", "detail 给出了正确的 prev；请据此重新签名。",
        "The key's chain goes on elsewhere", "The detail has the right prev; sign again with it.";
    EVENT_ID_CONFLICT: "event-id-conflict", 409,
        "事件编号已被占用", "同一编号已有内容不同的事件；请换新编号，更正旧事件请使用差错声明。",
        "The eventID is taken", "It stands already with other content; use a new one, and an error declaration to correct an event.";
    PARTY_EXISTS: "party-exists", 409,
        "主体已登记", "该主体编号已登记，无需再次登记。",
        "The party is registered already", "There is no need to register this id again.";
    KEY_EXISTS: "key-exists", 409,
        "密钥已登记", "一把密钥永远只属于一个主体；请生成新密钥。",
        "The key is registered already", "A key belongs to one party for ever; make a new one.";
    REGISTRY_CONFLICT: "registry-conflict", 409,
        "与登记状态冲突", "当前的登记状态不允许这一变更，原因见 detail；请先查询该主体的登记情况。",
        "What is registered does not allow this", "The detail has the reason; look at what is registered for the party first.";
    QUERY_EXISTS: "query-exists", 409,
        "查询名称已被占用", "请换一个名称，或先删除同名查询。",
        "The name of the query is taken", "Use another name, or delete the query of this name first.";
    SUBSCRIPTION_CONTROLS: "subscription-controls", 400,
        "订阅方式有误", "stream=true 与计划（second、minute、hour、dayOfMonth、month、dayOfWeek）二选一；请按 errors 更正。",
        "The controls of the subscription are wrong", "Give either stream=true or a schedule (second, minute, hour, dayOfMonth, month, dayOfWeek), and correct what the errors name.";
    NOT_FOUND: "not-found", 404,
        "没有找到", "请核对网址和编号；也可能尚未提交，或您无权查看。",
        "Not found", "Check the address and the identifier; it may not be there yet, or not be yours to see.";
    ERASED: "erased", 410,
        "内容已依法删除", "原文已不可读；该条目的叶子、链和证明仍然有效，detail 给出了删除它的条目。",
        "The content was erased", "The document is gone; its leaf, chain and proofs stay valid, and the detail names the entry that erased it.";
    NOT_ERASABLE: "not-erasable", 409,
        "不能删除", "只有事件文件可以删除，替代条目须为同一单位的另一份文件；原因见 detail。",
        "This cannot be erased", "Only documents of events can, and a replacement is another document of the same party; the detail has the reason.";
    RETENTION_RUNNING: "retention-running", 409,
        "仍在法定保存期内", "detail 给出了保存期的最后一天；期满后再申请删除。",
        "It must still be kept", "The detail has the last day of retention; ask again when that is over.";
    METHOD_NOT_ALLOWED: "method-not-allowed", 405,
        "不支持此请求方法", "可用的方法见响应头 Allow。",
        "Method not allowed", "The Allow header lists the methods that work here.";
    NOT_ACCEPTABLE: "not-acceptable", 406,
        "无法按要求的格式返回", "请在 Accept 中接受 detail 列出的媒体类型之一。",
        "Not acceptable", "Accept one of the media types that the detail lists.";
    REQUEST_TIMEOUT: "request-timeout", 408,
        "接收正文超时", "请检查网络后重新发送；此前没有写入任何内容。",
        "The body took too long", "Check the connection and send it again. Nothing was written.";
    URI_TOO_LONG: "uri-too-long", 414,
        "网址过长", "请缩短网址中的参数，或分几次查询；上限见 detail。",
        "The address is too long", "Ask with fewer or shorter parameters, or several times; the detail has the limit.";
    OVERLOADED: "overloaded", 503 retry,
        "服务繁忙", "请按响应头 Retry-After 稍后重试。",
        "Too busy", "Try again after the time in Retry-After.";
    NOT_READY: "not-ready", 503 retry,
        "尚未就绪", "errors 列出了未满足的条件；请稍后重试，仍不恢复时由运营方处理。",
        "Not ready", "The errors name what does not hold; try again later, or have the operator see to it.";
    CLOCK_UNCERTAIN: "clock-uncertain", 503,
        "服务器时钟不可信", "写入暂停，读取照常；请等待运营方确认时钟。",
        "The server's clock cannot be trusted", "Writes pause, reads go on; wait until the operator has confirmed the clock.";
    HISTORY_CONTRADICTED: "history-contradicted", 503,
        "见证方持有本账本副本所没有的记录", "写入已停止，读取照常；这是较旧或另一份副本，请通知运营方恢复最新的副本。",
        "A witness holds what this copy of the ledger does not contain", "Writes have stopped, reads go on: this is an older or another copy; tell the operator to bring back the newest one.";
    DISK_FULL: "disk-full", 507,
        "磁盘已满", "写入暂停，读取照常，已有记录不受影响；请通知运营方。",
        "The disk is full", "Writes pause, reads go on, nothing is lost; tell the operator.";
    OUTCOME_UNKNOWN: "outcome-unknown", 503 retry,
        "是否写入尚不确定", "请原样再次提交同一份文件，这样做是安全的，不会重复记录。",
        "Whether it was written is not known", "Post the very same document again; that is safe and records nothing twice.";
    LOCKED: "locked", 503,
        "账本正被占用", "另一个进程正在使用这个账本；请由运营方停止它后再试。",
        "The ledger is in use", "Another process has it open; the operator must stop that one first.";
    DAMAGED: "damaged", 500,
        "存储的数据无法读取", "请通知运营方运行 laiqu verify。",
        "Stored data cannot be read", "Tell the operator to run laiqu verify.";
    INTERNAL: "internal", 500,
        "服务器出错", "问题在我们这边；请稍后重试，或把时间和网址告诉运营方。",
        "The server failed", "The fault is ours; try again later, or tell the operator the time and the address.";
}

/// The problem type of a refusal.
#[must_use]
pub fn problem_kind(code: Code) -> &'static ProblemKind {
    match code {
        Code::InvalidJson => &INVALID_JSON,
        Code::InvalidXml => &INVALID_XML,
        Code::InvalidDocument => &INVALID_DOCUMENT,
        Code::UnsupportedMediaType => &UNSUPPORTED_MEDIA_TYPE,
        Code::BodyTooLarge => &BODY_TOO_LARGE,
        Code::InvalidParameter => &INVALID_PARAMETER,
        Code::CredentialsMissing => &CREDENTIALS_MISSING,
        Code::TokenUnknown => &TOKEN_UNKNOWN,
        Code::Forbidden => &FORBIDDEN,
        Code::SignatureInvalid => &SIGNATURE_INVALID,
        Code::SignatureMismatch => &SIGNATURE_MISMATCH,
        Code::SignatureOtherBody => &SIGNATURE_OTHER_BODY,
        Code::SignatureExpired => &SIGNATURE_EXPIRED,
        Code::KeyUnknown => &KEY_UNKNOWN,
        Code::KeyNotEffective => &KEY_NOT_EFFECTIVE,
        Code::SignatureRequired => &SIGNATURE_REQUIRED,
        Code::KeyChainConflict => &KEY_CHAIN_CONFLICT,
        Code::EventIdConflict => &EVENT_ID_CONFLICT,
        Code::PartyExists => &PARTY_EXISTS,
        Code::KeyExists => &KEY_EXISTS,
        Code::RegistryConflict => &REGISTRY_CONFLICT,
        Code::QueryExists => &QUERY_EXISTS,
        Code::SubscriptionControls => &SUBSCRIPTION_CONTROLS,
        Code::NotFound => &NOT_FOUND,
        Code::Erased => &ERASED,
        Code::NotErasable => &NOT_ERASABLE,
        Code::RetentionRunning => &RETENTION_RUNNING,
        Code::QueryTooLarge => &QUERY_TOO_LARGE,
        Code::TooManyEvents => &TOO_MANY_EVENTS,
        Code::Overloaded => &OVERLOADED,
        Code::ClockUncertain => &CLOCK_UNCERTAIN,
        Code::HistoryContradicted => &HISTORY_CONTRADICTED,
        Code::DiskFull => &DISK_FULL,
        Code::OutcomeUnknown => &OUTCOME_UNKNOWN,
        // Only a start is refused so, and nobody asks over HTTP then.
        Code::Locked | Code::WitnessesUnreachable => &LOCKED,
        Code::Damaged => &DAMAGED,
        Code::Internal => &INTERNAL,
    }
}

impl ProblemKind {
    /// The problem type with this code.
    pub fn of(code: &str) -> Option<&'static Self> {
        PROBLEMS.iter().copied().find(|kind| kind.code == code)
    }

    /// The URI of the type: a page of this server.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("/problems/{}", self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_its_own_problem_type() {
        let kinds: HashSet<&str> = Code::ALL.iter().map(|code| problem_kind(*code).code).collect();
        assert_eq!(kinds.len(), Code::ALL.len());
        for code in Code::ALL {
            let kebab: String = format!("{code:?}")
                .char_indices()
                .map(|(at, c)| {
                    let dash = if at > 0 && c.is_uppercase() { "-" } else { "" };
                    format!("{dash}{}", c.to_lowercase())
                })
                .collect();
            assert_eq!(problem_kind(code).code, kebab);
        }
    }

    #[test]
    fn codes_are_unique_and_all_words_are_there() {
        let codes: HashSet<&str> = PROBLEMS.iter().map(|kind| kind.code).collect();
        assert_eq!(codes.len(), PROBLEMS.len());
        for kind in PROBLEMS {
            assert!((400..600).contains(&kind.status), "{}", kind.code);
            assert!(kind.title_zh.chars().any(|c| c > '\u{2E80}'), "{}", kind.code);
            assert!(kind.advice_zh.ends_with('。'), "{}", kind.code);
            assert!(kind.title_en.is_ascii() && !kind.title_en.ends_with('.'), "{}", kind.code);
            assert!(kind.advice_en.is_ascii() && kind.advice_en.ends_with('.'), "{}", kind.code);
            assert_eq!(ProblemKind::of(kind.code), Some(*kind));
        }
    }
}
