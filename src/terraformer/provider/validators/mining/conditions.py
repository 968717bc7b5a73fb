"""Go validator functions written as "if CONDITION { report an error }", as condition trees.

["reject", COND, ...] with COND one of ["match", regex], ["not", C], ["and", C, C], ["or", C, C], ["len", op, n],
["num", op, n], ["eq", text], ["prefix", text], ["suffix", text], ["contains", text], ["lower"] (is all lower case).
["unless", C] ends the checks without a complaint.
"""

from __future__ import annotations

from typing import Any

from .go_eval import Func, statements_of

__all__ = ["translate"]


class _NotUnderstoodError(Exception):
    pass


def translate(fn: Func, specifier: Any) -> list[Any] | None:
    """The condition tree of a validator function, or None when any part of it is not understood."""
    try:
        return _Translator(fn, specifier).run()
    except (_NotUnderstoodError, LookupError):
        return None


class _Translator:
    def __init__(self, fn: Func, specifier: Any) -> None:
        self.fn = fn
        self.specifier = specifier
        parameters = fn.node.child_by_field_name("parameters")
        names = [n.text.decode() for p in parameters.named_children for n in p.children_by_field_name("name")]
        if len(names) != 2:
            raise _NotUnderstoodError
        self.subject = {names[0]}
        self.ok: set[str] = set()
        self.counts: set[str] = set()
        self.env = dict(fn.env)
        result = fn.node.child_by_field_name("result")
        text = result.text.decode() if result is not None else ""
        self.diag = "diag.Diagnostics" in text
        if not self.diag and "error" not in text:
            raise _NotUnderstoodError

    def run(self) -> list[Any]:
        statements = statements_of(self.fn.node.child_by_field_name("body"))
        found: list[Any] = ["reject"]
        for statement in statements:
            if statement.type in ("comment", "empty_statement"):
                continue
            if statement.type == "return_statement":
                text = statement.text.decode()
                if "append" in text or "Errorf" in text or "(" in text:
                    # return validation.X(...)(v, k)
                    raise _NotUnderstoodError
                break
            if statement.type == "short_var_declaration" and self._alias(statement):
                continue
            if statement.type == "var_declaration" and b"diag.Diagnostics" in statement.text:
                continue
            if statement.type == "var_declaration" and b"[]error" in statement.text:
                continue
            if statement.type == "if_statement":
                step = self._if(statement)
                if step is not None:
                    found.append(step)
                continue
            raise _NotUnderstoodError
        if len(found) == 1:
            raise _NotUnderstoodError
        return found

    def _alias(self, statement: Any) -> bool:
        lefts = [n.text.decode() for n in statement.child_by_field_name("left").named_children]
        right = statement.child_by_field_name("right").named_children[0]
        text = right.text.decode()
        if right.type == "type_assertion_expression" and right.named_children[0].text.decode() in self.subject:
            if right.named_children[-1].text.decode() not in ("string", "int"):
                raise _NotUnderstoodError
            self.subject.add(lefts[0])
            if len(lefts) > 1:
                self.ok.add(lefts[1])
            return True
        if len(lefts) == 1 and text.startswith("utf8.RuneCountInString(") and text[23:-1] in self.subject:
            self.counts.add(lefts[0])
            return True
        if len(lefts) == 1 and (
            "MustCompile" in text
            or right.type in ("interpreted_string_literal", "raw_string_literal", "int_literal", "binary_expression")
        ):
            value = self.specifier.evaluator.eval(right, self.fn.scope, self.env)
            self.env[lefts[0]] = value
            return True
        raise _NotUnderstoodError

    def _if(self, node: Any) -> list[Any] | None:
        condition = node.child_by_field_name("condition")
        body = node.child_by_field_name("consequence")
        if node.child_by_field_name("initializer") is not None or node.child_by_field_name("alternative") is not None:
            raise _NotUnderstoodError
        text = condition.text.decode()
        if text.startswith("!") and text[1:] in self.ok:
            return None
        statements = statements_of(body)
        texts = [s.text.decode() for s in statements]
        if not texts:
            raise _NotUnderstoodError
        if len(texts) == 1 and statements[0].type == "return_statement" and "(" not in texts[0]:
            return ["unless", self._condition(condition)]
        first = texts[0]
        if first.startswith(("ws = append", "warnings = append", "s = append")):
            return None
        reports = (
            "errors = append(",
            "es = append(",
            "errs = append(",
            "err = append(",
            "diags = append(",
            "diags = sdkdiag.AppendErrorf",
        )
        if first.startswith(reports) or (first.startswith("return ") and ("Errorf" in first or "append(err" in first)):
            if any("if " in t[:4] for t in texts):
                raise _NotUnderstoodError
            stop = len(texts) > 1 or first.startswith("return ")
            return ["stop" if stop else "if", self._condition(condition)]
        raise _NotUnderstoodError

    def _condition(self, node: Any) -> list[Any]:
        if node.type == "parenthesized_expression":
            return self._condition(node.named_children[0])
        if node.type == "unary_expression" and node.child_by_field_name("operator").type == "!":
            return ["not", self._condition(node.child_by_field_name("operand"))]
        if node.type == "binary_expression":
            return self._binary(node)
        if node.type == "call_expression":
            return self._predicate(node)
        raise _NotUnderstoodError

    def _binary(self, node: Any) -> list[Any]:
        operator = node.child_by_field_name("operator").type
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator in ("&&", "||"):
            return ["and" if operator == "&&" else "or", self._condition(left), self._condition(right)]
        text = left.text.decode()
        bound = self.specifier.plain(self.specifier.evaluator.eval(right, self.fn.scope, self.env))
        if text.startswith("len(") and text[4:-1] in self.subject and isinstance(bound, int):
            return ["len", operator, bound]
        if text in self.counts and isinstance(bound, int):
            return ["runes", operator, bound]
        if text in self.subject:
            if isinstance(bound, str) and operator in ("==", "!="):
                return ["eq", bound] if operator == "==" else ["not", ["eq", bound]]
            if isinstance(bound, int) and not isinstance(bound, bool):
                return ["num", operator, bound]
        if text.startswith("strings.ToLower(") and right.text.decode() in self.subject:
            raise _NotUnderstoodError
        raise _NotUnderstoodError

    def _predicate(self, node: Any) -> list[Any]:
        fn = node.child_by_field_name("function")
        args = node.child_by_field_name("arguments").named_children
        if fn.type != "selector_expression":
            raise _NotUnderstoodError
        name = fn.child_by_field_name("field").text.decode()
        if name == "MatchString" and len(args) == 1 and args[0].text.decode() in self.subject:
            regex = self.specifier.evaluator.eval(fn.child_by_field_name("operand"), self.fn.scope, self.env)
            return ["match", self.specifier.pattern(regex)]
        if (
            fn.child_by_field_name("operand").text == b"strings"
            and len(args) == 2
            and args[0].text.decode() in self.subject
        ):
            kinds = {"HasPrefix": "prefix", "HasSuffix": "suffix", "Contains": "contains"}
            if name in kinds:
                text = self.specifier.plain(self.specifier.evaluator.eval(args[1], self.fn.scope, self.env))
                return [kinds[name], text]
        raise _NotUnderstoodError
