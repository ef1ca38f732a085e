package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// entryBytesMax is the longest entry of a tiled log (c2sp.org/tlog-tiles).
const entryBytesMax = 1<<16 - 1

// server appends each submission as one entry: the signature, a line break, the document.
type server struct {
	log    *tileLog
	proofs bool
	// Where there are none, signatures are kept and not checked.
	keys map[string]ed25519.PublicKey
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := s.capture(r)
	status := http.StatusAccepted
	if err != nil {
		status, answer = http.StatusBadRequest, err.Error()
		var failed *appendError
		if errors.As(err, &failed) {
			status = http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.WriteHeader(status)
	// Where the client is gone, nobody is left to be told.
	_, _ = io.WriteString(w, answer)
}

func (s *server) capture(r *http.Request) (string, error) {
	jws := r.Header.Get("Submission-Signature")
	if jws == "" {
		return "", errors.New("no Submission-Signature")
	}
	var entry strings.Builder
	entry.WriteString(jws)
	entry.WriteByte('\n')
	head := entry.Len()
	read, err := io.Copy(&entry, io.LimitReader(r.Body, entryBytesMax))
	if err != nil {
		return "", err
	}
	if head+int(read) > entryBytesMax {
		return "", fmt.Errorf("signature and document have more than %d bytes", entryBytesMax)
	}
	if s.keys != nil {
		if err := checkSubmission(jws, entry.String()[head:], s.keys); err != nil {
			return "", err
		}
	}
	if s.proofs {
		return s.log.appendProved(r.Context(), []byte(entry.String()))
	}
	index, err := s.log.append(r.Context(), []byte(entry.String()))
	return strconv.FormatUint(index, 10), err
}
