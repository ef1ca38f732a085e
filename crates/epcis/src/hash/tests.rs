use crate::{Document, Limits};

#[track_caller]
fn check(event: &str, expected: &str) {
    let document = Document::parse(event, &Limits::default()).unwrap();
    assert_eq!(document.events[0].prehash(), expected);
}

#[test]
fn values_and_order_follow_the_table() {
    check(
        r#"{"@context":{"ex":"https://ns.example/e/"},"type":"ObjectEvent","action":"ADD",
        "ex:z":{"ex:b":"2.50","ex:a":[3,"x",{"ex:c":true}]},"ex:a":" urn:epc:id:giai:4012345.AAbb ",
        "ilmd":{"ex:lot":"L"},"recordTime":"2020-01-01T00:00:00Z","eventID":"urn:uuid:1",
        "destinationList":[{"type":"location","destination":"urn:epc:id:sgln:4012345.00005.0"}],
        "sourceList":[{"source":"urn:x:y"}],
        "bizTransactionList":[{"type":"po","bizTransaction":"urn:x:2"},{"type":"inv",
        "bizTransaction":"urn:x:1"}],
        "readPoint":{"id":"https://a.example/414/4012345000054?x=1","ex:r":1e3},
        "bizStep":"urn:epcglobal:cbv:bizstep:shipping","disposition":"in_transit",
        "persistentDisposition":{"unset":["active"],"set":["recalled","conformant"]},
        "quantityList":[{"uom":"KGM","quantity":1.50,
        "epcClass":"urn:epc:class:lgtin:4012345.012345.L"}],
        "epcList":["urn:x:b","urn:x:a"],"certificationInfo":["urn:c:2","urn:c:1"],
        "eventTime":"2020-03-04T11:00:30.0005+01:00","eventTimeZoneOffset":"+01:00",
        "rdfs:comment":"no"}"#,
        "eventType=ObjectEventeventTime=2020-03-04T10:00:30.001ZeventTimeZoneOffset=+01:00\
         certificationInfo=urn:c:1certificationInfo=urn:c:2epcListepc=urn:x:aepc=urn:x:b\
         quantityListquantityElementepcClass=https://id.gs1.org/01/04012345123456/10/L\
         quantity=1.5uom=KGMaction=ADDbizStep=https://ref.gs1.org/cbv/BizStep-shipping\
         disposition=https://ref.gs1.org/cbv/Disp-in_transitpersistentDisposition\
         set=https://ref.gs1.org/cbv/Disp-conformantset=https://ref.gs1.org/cbv/Disp-recalled\
         unset=https://ref.gs1.org/cbv/Disp-activereadPointid=https://id.gs1.org/414/4012345000054\
         {https://ns.example/e/}r=1000bizTransactionList\
         type=https://ref.gs1.org/cbv/BTT-invbizTransaction=urn:x:1\
         type=https://ref.gs1.org/cbv/BTT-pobizTransaction=urn:x:2sourceListsource=urn:x:y\
         destinationListtype=https://ref.gs1.org/cbv/SDT-location\
         destination=https://id.gs1.org/414/4012345000054ilmd{https://ns.example/e/}lot=L\
         {https://ns.example/e/}a=https://id.gs1.org/8004/4012345AAbb\
         {https://ns.example/e/}z{https://ns.example/e/}a=3{https://ns.example/e/}a=x\
         {https://ns.example/e/}a{https://ns.example/e/}c=true{https://ns.example/e/}b=2.5",
    );
}

#[test]
fn sensors_are_written_in_table_order() {
    check(
        r#"{"@context":{"ex":"https://ns.example/e/"},"type":"ObjectEvent","action":"OBSERVE",
        "epcList":["urn:x:1"],"eventTime":"2020-03-04T10:00:30Z","eventTimeZoneOffset":"+00:00",
        "sensorElementList":[{"ex:s":1,"sensorReport":[{"uom":"CEL","value":26.0,
        "type":"Temperature",
        "component":"x","time":"2020-03-04T10:00:30Z","ex:m":"e"},{"type":"gs1:Speed",
        "booleanValue":false}],
        "sensorMetadata":{"bizRules":"urn:r:1","time":"2020-03-04T11:00:30+01:00","ex:n":"t"}}]}"#,
        "eventType=ObjectEventeventTime=2020-03-04T10:00:30.000ZeventTimeZoneOffset=+00:00\
         epcListepc=urn:x:1action=OBSERVE\
         sensorElementListsensorElementsensorMetadatatime=2020-03-04T10:00:30.000Z\
         bizRules=urn:r:1{https://ns.example/e/}n=tsensorReporttype=https://gs1.org/voc/Speed\
         booleanValue=falsesensorReporttype=https://gs1.org/voc/Temperature\
         time=2020-03-04T10:00:30.000Zvalue=26component=https://ref.gs1.org/cbv/Comp-xuom=CEL\
         {https://ns.example/e/}m=e{https://ns.example/e/}s=1",
    );
}

#[test]
fn the_hash_is_a_ni_uri() {
    assert_eq!(
        super::hash_of(""),
        "ni:///sha-256;e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855?ver=CBV2.0"
    );
}
