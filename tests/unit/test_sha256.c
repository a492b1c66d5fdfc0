/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_sha256.c - the examples of FIPS 180-4 (NIST's SHA-256 example values), and every length
 * around the end of a block, fed whole and in pieces.
 */
#include "cm.h"

#include "base/sha256.h"

static void digest_text(const void *data, size_t len, size_t piece, char text[2 * SHA256_BYTES + 1])
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 sha;

	sha256_begin(&sha);
	for (size_t at = 0; at < len; at += piece)
		sha256_add(&sha, (const char *)data + at, len - at < piece ? len - at : piece);
	sha256_end(&sha, digest);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void test_published_examples_match(void **state)
{
	static const struct {
		const char *text, *digest;
	} examples[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopq"
		 "klmnopqrlmnopqrsmnopqrstnopqrstu",
		 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	char text[2 * SHA256_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		digest_text(examples[i].text, strlen(examples[i].text), SIZE_MAX / 2, text);
		assert_string_equal(text, examples[i].digest);
	}
}

static void test_a_million_bytes_match(void **state)
{
	char *data = malloc(1000000), text[2 * SHA256_BYTES + 1];

	(void)state;
	assert_non_null(data);
	memset(data, 'a', 1000000);
	digest_text(data, 1000000, 4097, text);
	assert_string_equal(text,
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(data);
}

static void test_pieces_do_not_matter(void **state)
{
	char data[200], whole[2 * SHA256_BYTES + 1], pieces[2 * SHA256_BYTES + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)i;
	for (size_t len = 0; len < sizeof(data); len++) {
		digest_text(data, len, sizeof(data), whole);
		for (size_t piece = 1; piece < 70; piece++) {
			digest_text(data, len, piece, pieces);
			assert_string_equal(whole, pieces);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_examples_match),
		cmocka_unit_test(test_a_million_bytes_match),
		cmocka_unit_test(test_pieces_do_not_matter),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
