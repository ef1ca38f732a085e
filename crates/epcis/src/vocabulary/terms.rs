//! The terms that code asks for by name.

/// Business steps that tracing knows, as full URIs.
pub mod biz_step {
    macro_rules! steps {
        ($($name:ident = $word:literal;)*) => {
            $(#[doc = concat!("CBV 2.0 business step `", $word, "`.")]
            pub const $name: &str = concat!("https://ref.gs1.org/cbv/BizStep-", $word);)*
        };
    }
    steps! {
        ACCEPTING = "accepting";
        ARRIVING = "arriving";
        ASSEMBLING = "assembling";
        COLLECTING = "collecting";
        COMMISSIONING = "commissioning";
        CONSIGNING = "consigning";
        CREATING_CLASS_INSTANCE = "creating_class_instance";
        CYCLE_COUNTING = "cycle_counting";
        DECOMMISSIONING = "decommissioning";
        DEPARTING = "departing";
        DESTROYING = "destroying";
        DISASSEMBLING = "disassembling";
        DISPENSING = "dispensing";
        ENTERING_EXITING = "entering_exiting";
        HOLDING = "holding";
        INSPECTING = "inspecting";
        INSTALLING = "installing";
        KILLING = "killing";
        LOADING = "loading";
        OTHER = "other";
        PACKING = "packing";
        PICKING = "picking";
        RECEIVING = "receiving";
        REMOVING = "removing";
        REPACKAGING = "repackaging";
        REPLACING = "replacing";
        RETAIL_SELLING = "retail_selling";
        SAMPLING = "sampling";
        SENSOR_REPORTING = "sensor_reporting";
        SHIPPING = "shipping";
        STAGING_OUTBOUND = "staging_outbound";
        STOCK_TAKING = "stock_taking";
        STOCKING = "stocking";
        STORING = "storing";
        TRANSPORTING = "transporting";
        UNLOADING = "unloading";
        UNPACKING = "unpacking";
        VOID_SHIPPING = "void_shipping";
    }
    /// Ours: a resource (line, tank, room) was cleaned.
    pub const CLEANING: &str = "https://laiqu.example/vocab/BizStep-cleaning";
    /// Ours: a step that kills a hazard (`laiqu:hazard`) to a proven degree.
    pub const KILL_STEP: &str = "https://laiqu.example/vocab/BizStep-kill_step";
    /// Ours: a regulator decides that a lot is free of an analyte (`laiqu:analyte`) on the ground
    /// of a test result (`testres`). It clears that lot of that analyte and nothing else.
    pub const CLEARANCE: &str = "https://laiqu.example/vocab/BizStep-clearance";
}

/// Dispositions that tracing knows, as full URIs.
pub mod disposition {
    macro_rules! dispositions {
        ($($name:ident = $word:literal;)*) => {
            $(#[doc = concat!("CBV 2.0 disposition `", $word, "`.")]
            pub const $name: &str = concat!("https://ref.gs1.org/cbv/Disp-", $word);)*
        };
    }
    dispositions! {
        ACTIVE = "active";
        CONFORMANT = "conformant";
        DAMAGED = "damaged";
        DESTROYED = "destroyed";
        DISPENSED = "dispensed";
        DISPOSED = "disposed";
        EXPIRED = "expired";
        IN_PROGRESS = "in_progress";
        IN_TRANSIT = "in_transit";
        INACTIVE = "inactive";
        NON_CONFORMANT = "non_conformant";
        RECALLED = "recalled";
        RETAIL_SOLD = "retail_sold";
        RETURNED = "returned";
        SELLABLE_ACCESSIBLE = "sellable_accessible";
        STOLEN = "stolen";
        UNKNOWN = "unknown";
    }
}

/// Types of sources and destinations, of business transactions and of error declarations.
pub mod kind {
    /// Source or destination: who owns the goods.
    pub const OWNING_PARTY: &str = "https://ref.gs1.org/cbv/SDT-owning_party";
    /// Source or destination: who keeps the goods.
    pub const POSSESSING_PARTY: &str = "https://ref.gs1.org/cbv/SDT-possessing_party";
    /// Source or destination: the place.
    pub const LOCATION: &str = "https://ref.gs1.org/cbv/SDT-location";
    /// Business transaction: purchase order.
    pub const PURCHASE_ORDER: &str = "https://ref.gs1.org/cbv/BTT-po";
    /// Business transaction: despatch advice.
    pub const DESPATCH_ADVICE: &str = "https://ref.gs1.org/cbv/BTT-desadv";
    /// Business transaction: bill of lading.
    pub const BILL_OF_LADING: &str = "https://ref.gs1.org/cbv/BTT-bol";
    /// Business transaction: receiving advice.
    pub const RECEIVING_ADVICE: &str = "https://ref.gs1.org/cbv/BTT-recadv";
    /// Business transaction: certificate.
    pub const CERTIFICATE: &str = "https://ref.gs1.org/cbv/BTT-cert";
    /// Business transaction: test result.
    pub const TEST_RESULT: &str = "https://ref.gs1.org/cbv/BTT-testres";
    /// Business transaction: return merchandise authorisation.
    pub const RETURN_AUTHORISATION: &str = "https://ref.gs1.org/cbv/BTT-rma";
    /// Error reason: the event did not occur.
    pub const DID_NOT_OCCUR: &str = "https://ref.gs1.org/cbv/ER-did_not_occur";
    /// Error reason: the event holds wrong data.
    pub const INCORRECT_DATA: &str = "https://ref.gs1.org/cbv/ER-incorrect_data";
}

/// Our extension terms, as full URIs.
pub mod term {
    /// A hazard that a kill step kills or a result names.
    pub const HAZARD: &str = "https://laiqu.example/vocab/hazard";
    /// The start of a run; `eventTime` is its end.
    pub const START_TIME: &str = "https://laiqu.example/vocab/startTime";
    /// What a laboratory looked for.
    pub const ANALYTE: &str = "https://laiqu.example/vocab/analyte";
    /// CBV master data: the lot number in ILMD.
    pub const LOT_NUMBER: &str = "urn:epcglobal:cbv:mda:lotNumber";
}
