package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// readKeys reads one JSON object: the `x` of each public key (RFC 8037) by its thumbprint.
func readKeys(file string) (map[string]ed25519.PublicKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var encoded map[string]string
	if err := json.Unmarshal(text, &encoded); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	keys := make(map[string]ed25519.PublicKey, len(encoded))
	for kid, x := range encoded {
		key, err := base64.RawURLEncoding.DecodeString(x)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("%s: %s is no Ed25519 key", file, kid)
		}
		keys[kid] = key
	}
	return keys, nil
}

// checkSubmission checks a compact JWS (RFC 7515) whose claims name the document by its SHA-256.
func checkSubmission(jws, document string, keys map[string]ed25519.PublicKey) error {
	end := strings.LastIndexByte(jws, '.')
	if end < 0 {
		return errors.New("no compact JWS")
	}
	header, claims, _ := strings.Cut(jws[:end], ".")
	var head struct{ Alg, Kid string }
	if err := decodePart(header, &head); err != nil {
		return err
	}
	signature, err := base64.RawURLEncoding.DecodeString(jws[end+1:])
	if err != nil {
		return err
	}
	key, known := keys[head.Kid]
	if head.Alg != "EdDSA" || !known || !ed25519.Verify(key, []byte(jws[:end]), signature) {
		return errors.New("the signature does not verify")
	}
	var claimed struct{ Sha256 string }
	if err := decodePart(claims, &claimed); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(document))
	if claimed.Sha256 != hex.EncodeToString(digest[:]) {
		return errors.New("the signature is of another document")
	}
	return nil
}

func decodePart(part string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
