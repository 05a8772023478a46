#!/usr/bin/env python3
"""Tests of the checks of the soak of `midas proxy`: each finds what it is for, and nothing else."""
import base64
import collections
import json
import unittest

from access_lines import log_problems
from answers import Answer, Request, parse_head, problem_of
from configurations import FIRST_ID, OPEN, SYSTEM, VALID, History, permits
from growth import Sample, growth_problems

VAULT = "https://vault.azure.net"
NOW = 1_000_000


def success(audience=VAULT, expires_on=NOW + 60, **changes):
    claims = {"aud": audience, "appid": FIRST_ID, "exp": expires_on, "xms_mirid": "/virtualMachines/a"}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    body = {"access_token": f"eyJ.{payload}.x", "resource": VAULT, "expires_on": str(expires_on),
            "expires_in": str(expires_on - NOW)}
    return Answer(200, {}, json.dumps(body | changes).encode())


def with_member(answer, name, value):
    return answer._replace(body=json.dumps(json.loads(answer.body) | {name: value}).encode())


def judge(answer, identity=FIRST_ID, may_permit=frozenset({True})):
    return problem_of(Request(0, VAULT, identity, "imds"), answer, may_permit, NOW)


class Answers(unittest.TestCase):
    def test_a_token_for_the_request_is_right(self):
        self.assertIsNone(judge(success()))
        self.assertIsNone(judge(success(), SYSTEM))

    def test_another_token_is_wrong(self):
        for answer, identity in ((success("https://storage.azure.com"), FIRST_ID),
                                 (success(resource="https://storage.azure.com"), FIRST_ID),
                                 (success(), "6a5e2a10-0000-4000-8000-000000000000"),
                                 (success(expires_on=NOW - 2), FIRST_ID),
                                 (success(expires_in="600"), FIRST_ID),
                                 (with_member(success(), "expires_on", str(NOW + 61)), FIRST_ID),
                                 (Answer(200, {}, b'{"access_token":'), FIRST_ID)):
            self.assertIsNotNone(judge(answer, identity))

    def test_a_decision_must_follow_a_configuration_of_that_time(self):
        refused = Answer(403, {}, b"{}")
        self.assertIsNone(judge(refused, may_permit={True, False}))
        self.assertIn("every configuration", judge(refused, may_permit={True}))
        self.assertIn("no configuration", judge(success(), may_permit={False}))

    def test_only_honest_statuses_are_right(self):
        self.assertIsNone(judge(Answer(503, {}, b"{}")))
        self.assertIsNone(judge(Answer(504, {}, b"{}")))
        self.assertIsNone(judge(Answer(429, {"retry-after": "1"}, b"{}")))
        self.assertIsNotNone(judge(Answer(429, {}, b"{}")))
        self.assertIsNotNone(judge(Answer(500, {}, b"{}")))
        self.assertIsNotNone(judge(Answer(503, {}, b"<html>")))
        self.assertIsNotNone(judge(Answer(503, {}, b'{"error": "eyJ0"}')))

    def test_a_head_must_be_http(self):
        self.assertEqual((200, {"date": "x"}), parse_head(b"HTTP/1.1 200 OK\r\nDate: x"))
        for text in (b"HTTP/1.1 OK", b"{}", b"HTTP/1.1 200 OK\r\nDate: x\r\nDate: x",
                     b"HTTP/1.1 200 OK\r\nDate", b"\xff"):
            self.assertRaises(ValueError, parse_head, text)


class Configurations(unittest.TestCase):
    def test_rules_of_a_user_replace_the_general_ones(self):
        rules = {"tokens": {"identities": [SYSTEM]},
                 "users": [{"uid": 1, "tokens": {"identities": [FIRST_ID]}}]}
        self.assertEqual([True, False], [permits(rules, uid, VAULT, SYSTEM) for uid in (0, 1)])
        self.assertEqual([False, True], [permits(rules, uid, VAULT, FIRST_ID) for uid in (0, 1)])
        self.assertFalse(permits({"allowed_uids": [1]}, 0, VAULT, SYSTEM))
        self.assertFalse(permits({"tokens": {"resources": []}}, 0, VAULT, SYSTEM))

    def test_some_configuration_forbids_something(self):
        denied = [each for each in VALID if not permits(each, 0, VAULT, SYSTEM) or
                  not permits(each, 1001, VAULT, FIRST_ID)]
        self.assertGreaterEqual(len(denied), 3)

    def test_a_configuration_may_apply_until_it_must_be_replaced(self):
        history = History(grace=2)
        history.add(0, OPEN)
        history.add(10, {"allowed_uids": []})
        history.add(20, OPEN)
        for begin, end, expected in ((5, 9, {True}), (5, 10, {True, False}), (11, 11.5, {True, False}),
                                     (13, 19, {False}), (21, 21, {True, False}), (23, 24, {True}),
                                     (5, 24, {True, False})):
            with self.subTest(begin=begin, end=end):
                self.assertEqual(expected, history.verdicts(begin, end, 0, VAULT, SYSTEM))


class Growth(unittest.TestCase):
    def test_what_wavers_has_not_grown(self):
        self.assertEqual([], growth_problems([Sample(20_000 + n % 7 * 100, 50 + n % 9, 10)
                                              for n in range(100)]))

    def test_each_figure_that_grows_is_found(self):
        for slope in (Sample(150, 0, 0), Sample(0, 0.5, 0), Sample(0, 0, 0.02)):
            samples = [Sample(20_000 + n * slope.resident, 50 + n * slope.descriptors,
                              10 + int(n * slope.threads)) for n in range(100)]
            self.assertEqual(1, len(growth_problems(samples)), slope)


class AccessLog(unittest.TestCase):
    LINE = json.dumps({"when": "x", "uid": 0, "protocol": "imds", "resource": VAULT,
                       "identity": f"client id {FIRST_ID}", "result": "hit", "status": 200,
                       "elapsed_ms": 0.1})
    ANSWERS = collections.Counter({(0, VAULT, FIRST_ID, "imds", 200): 2})

    def test_a_line_for_each_answer_is_right(self):
        of_others = self.LINE.replace('"uid": 0', '"uid": 1002')
        self.assertEqual([], log_problems([self.LINE, self.LINE, of_others], self.ANSWERS))

    def test_a_missing_or_an_additional_line_is_found(self):
        for count in (0, 1, 3):
            self.assertEqual(1, len(log_problems([self.LINE] * count, self.ANSWERS)))

    def test_a_line_may_be_lost_if_the_log_says_so(self):
        of_others = [self.LINE.replace('"uid": 0', '"uid": 1002')] * 200
        lines = [self.LINE, *of_others, '{"when": "x", "lost_lines": 1}']
        self.assertEqual([], log_problems(lines, self.ANSWERS))
        self.assertEqual(1, len(log_problems(lines[1:], self.ANSWERS)))
        self.assertEqual(1, len(log_problems(lines + lines[-1:] * 2, self.ANSWERS)))

    def test_a_refused_user_has_a_line(self):
        line = '{"when":"x","uid":0,"result":"denied","reason":"uid_not_allowed","elapsed_ms":0.0}'
        lines = [self.LINE, self.LINE, line]
        self.assertEqual(1, len(log_problems(lines, self.ANSWERS)))
        self.assertEqual([], log_problems(
            lines, self.ANSWERS + collections.Counter({(0, "uid_not_allowed"): 1})))

    def test_a_line_that_cannot_be_read_is_found(self):
        for line in ("", self.LINE[:-1], self.LINE * 2, "[]",
                     self.LINE.replace("hit", "miss"), self.LINE.replace('"status"', '"state"'),
                     self.LINE.replace("vault", "eyJ0")):
            problems = log_problems([self.LINE, self.LINE, line], self.ANSWERS)
            self.assertEqual(1, len(problems), line)


if __name__ == "__main__":
    unittest.main()
