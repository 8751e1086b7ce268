from __future__ import annotations

import msgspec

from vitne.lab import samples
from vitne.report.overview import overview, sentences, title_of


def test_the_first_sentence_says_what_left_whom_and_for_where(case):
    first, second = overview(case).headlines
    assert first.startswith(
        "3 kinds of personal data left Kari-sin-telefon (00:00:5e:00:53:01) without encryption"
    )
    assert "to 1 destination (registration.carrier.example): " in first
    assert first.endswith("IMEI, ICCID and identity of the serving mobile cell.")
    assert second == "Kari-sin-telefon (00:00:5e:00:53:01) told the home network: name given to the device."


def test_what_was_not_read_is_counted_beside(case):
    limits = overview(case).limits
    assert "40 360 bytes to or from 2 destinations" in limits
    assert "2 gaps" in limits


def test_repeats_of_a_value_fold_into_one_line(case):
    (near,) = overview(case).devices
    target = near.targets[0]
    assert target.name == "registration.carrier.example"
    imei = next(line for line in target.lines if line.identifier == "imei")
    assert (imei.times, imei.verified, imei.grade, imei.fields) == (2, 2, "observed", ("IMEI1",))
    assert [found.frames for found in imei.findings] == [(131,), (288,)]
    assert target.messages == 2


def test_attributes_stand_apart(case):
    target = overview(case).devices[0].targets[0]
    assert [line.identifier for line in target.attributes] == ["device-model", "os-version"]
    assert not [line for line in target.lines if line.kind == "attribute"]
    assert len(target.findings) == 10
    assert target.told == (("device-model", ("HMD-TA 0000",)), ("os-version", ("Android8.1.0",)))


def test_attributes_of_one_kind_are_told_by_their_field(make_case):
    def told(**each):
        return samples.finding(identifier="device-model", kind="attribute", **each)

    many = [
        told(group="a", field="ROM", value="64G"),
        told(group="b", field="RAM", value="4G"),
        told(group="c", field="", value="x"),
    ]
    (near,) = overview(make_case(findings=many)).devices
    assert near.targets[0].told == (("device-model", ("x",)), ("RAM", ("4G",)), ("ROM", ("64G",)))


def test_attributes_alone_are_not_called_personal_data_that_left(make_case):
    only = [found for found in samples.findings() if found.kind == "attribute"]
    first = overview(make_case(findings=only)).headlines[0]
    assert first == "No personal data was observed leaving in 1 h 1 min of capture (831 packets)."


def test_nothing_found_is_never_said_without_what_could_not_be_looked_at(make_case):
    laid = overview(make_case(findings=[]))
    assert laid.headlines == ("No personal data was observed leaving in 1 h 1 min of capture (831 packets).",)
    assert laid.limits.startswith("Not looked into: 40 360 bytes")
    whole = overview(make_case(findings=[], opaque=[], gaps=[]))
    assert "is not in it" in whole.limits


def test_a_stopped_scan_says_so(make_case):
    assert "stopped before its end" in overview(make_case(partial=True)).headlines[-1]


def test_far_destinations_come_before_near_ones_and_received_ones_last(make_case):
    inward = samples.finding(
        direction="received", group="in", id="in",
        source=samples.source(ip="198.51.100.20", port=80), destination=samples.destination(ip="192.0.2.20", port=39001, host=""),
    )  # fmt: skip
    (near,) = overview(make_case(findings=[inward, *samples.findings()])).devices
    assert [(t.direction, t.name) for t in near.targets] == [
        ("sent", "registration.carrier.example"),
        ("sent", "all devices nearby (224.0.0.251)"),
        ("received", "198.51.100.20"),
    ]


def test_the_name_of_a_far_end_that_answered_is_taken_from_what_was_sent_to_it(make_case):
    inward = samples.finding(direction="received", source=samples.source(ip="203.0.113.80", port=80))
    (near,) = overview(make_case(findings=[inward])).devices
    assert near.targets[0].name == "registration.carrier.example"


def test_unread_bytes_stand_with_the_findings_of_the_same_destination(make_case):
    row = dict(samples.opaque()[0])
    row["destination"] = {
        "ip": "203.0.113.80", "port": 80, "host": "registration.carrier.example", "host_source": "dns", "domain": "",
    }  # fmt: skip
    (near,) = overview(make_case(opaque=[row])).devices
    assert [r.bytes for r in near.targets[0].unread] == [33_120]
    assert near.unread == ()


def test_one_host_on_several_addresses_is_one_destination(make_case):
    two = [samples.finding(), samples.finding(destination=samples.destination(ip="203.0.113.81"), id="b")]
    (near,) = overview(make_case(findings=two)).devices
    assert near.targets[0].addresses == ("203.0.113.80:80/tcp", "203.0.113.81:80/tcp")


def test_two_devices_get_a_sentence_each(make_case):
    other = samples.finding(source=samples.source(device="tablet"), id="t", group="t")
    laid = overview(make_case(findings=[*samples.findings(), other]))
    assert [near.label for near in laid.devices] == ["Kari-sin-telefon (00:00:5e:00:53:01)", "tablet"]
    assert sum("left tablet" in sentence for sentence in laid.headlines) == 1


def test_the_form_of_what_left_is_named_by_the_weakest_protection(make_case):
    def said(*forms):
        many = [samples.finding(protection=form, id=form) for form in forms]
        return overview(make_case(findings=many)).headlines[0]

    assert " in clear to " in said("clear")
    assert " without encryption to " in said("clear", "encoded")
    assert " encrypted on the way to " in said("decrypted")
    assert " partly without encryption to " in said("decrypted", "clear")


def test_the_order_of_findings_does_not_change_the_layout(make_case):
    ahead, back = make_case(), make_case(findings=samples.findings()[::-1])
    assert overview(ahead) == overview(back)


def test_many_destinations_are_named_by_the_first_four():
    assert title_of("imei") == "IMEI, number of the phone's radio"
    assert title_of("something-new") == "something-new"


def test_destinations_that_got_attributes_only_come_behind_those_that_got_more(make_case):
    only = samples.finding(
        identifier="device-model", kind="attribute", group="m", id="m", destination=samples.destination(host="www.avisa.example"),
    )  # fmt: skip
    (near,) = overview(make_case(findings=[only, *samples.findings()])).devices
    assert [target.name for target in near.targets][-1] == "www.avisa.example"


def test_the_first_sentences_are_inert(hostile):
    text, case = hostile
    said = sentences(overview(case))
    assert said[-1].startswith("Not looked into")
    assert not any("\x1b" in sentence or "\u202e" in sentence for sentence in said), text


def test_devices_that_told_known_values_come_first_and_the_others_as_people_count(make_case):
    first = next(one for one in make_case().findings if one.seed)
    rows = [("device#10", None), ("device#2", None), ("device#9", first.seed)]
    found = [
        msgspec.structs.replace(first, seed=seed, source=msgspec.structs.replace(first.source, device=device))
        for device, seed in rows
    ]
    laid = overview(make_case(findings=found, opaque=[]))
    assert [near.label for near in laid.devices] == ["device#9", "device#2", "device#10"]
