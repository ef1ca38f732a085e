package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	flog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const (
	origin = "compare.example/log"
	// The shortest that the file system storage allows.
	checkpointInterval = 100 * time.Millisecond
	// How often a new checkpoint is looked for while someone waits for it.
	pollInterval = 5 * time.Millisecond
)

// appendError is a failure of the log, not of what was sent.
type appendError struct{ err error }

func (e *appendError) Error() string { return e.err.Error() }

// tileLog is a log of this process alone.
type tileLog struct {
	appender *tessera.Appender
	reader   tessera.LogReader
	awaiter  *tessera.PublicationAwaiter
	shutdown func(context.Context) error

	mu sync.Mutex // guards what follows
	// Makes proofs in the tree of this size, the newest that a proof was asked for.
	size   uint64
	prover *client.ProofBuilder
}

// openLog makes a log with a new key, and gives its verifier key.
func openLog(
	ctx context.Context, dir string, batch uint, batchAge time.Duration,
) (*tileLog, string, error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return nil, "", err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, "", err
	}
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return nil, "", err
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithBatching(batch, batchAge).
		WithCheckpointInterval(checkpointInterval)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return nil, "", err
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, pollInterval)
	log := &tileLog{appender: appender, reader: reader, awaiter: awaiter, shutdown: shutdown}
	return log, vkey, nil
}

// append gives the index once entry and tree are on the disk: with this storage, that is when the
// index is known.
func (l *tileLog) append(ctx context.Context, entry []byte) (uint64, error) {
	index, err := l.appender.Add(ctx, tessera.NewEntry(entry))()
	if err != nil {
		return 0, &appendError{err}
	}
	return index.Index, nil
}

// appendProved gives a c2sp.org/tlog-proof once a checkpoint covers the entry.
func (l *tileLog) appendProved(ctx context.Context, entry []byte) (string, error) {
	index, checkpoint, err := l.awaiter.Await(ctx, l.appender.Add(ctx, tessera.NewEntry(entry)))
	if err != nil {
		return "", &appendError{err}
	}
	path, err := l.prove(ctx, index.Index, checkpoint)
	if err != nil {
		return "", &appendError{err}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "c2sp.org/tlog-proof@v1\nindex %d\n", index.Index)
	for _, hash := range path {
		text.WriteString(base64.StdEncoding.EncodeToString(hash))
		text.WriteByte('\n')
	}
	text.WriteByte('\n')
	text.Write(checkpoint)
	return text.String(), nil
}

func (l *tileLog) prove(ctx context.Context, index uint64, checkpoint []byte) ([][]byte, error) {
	var head flog.Checkpoint
	if _, err := head.Unmarshal(checkpoint); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.prover == nil || l.size != head.Size {
		prover, err := client.NewProofBuilder(ctx, head.Size, l.reader.ReadTile)
		if err != nil {
			return nil, err
		}
		l.prover, l.size = prover, head.Size
	}
	return l.prover.InclusionProof(ctx, index)
}

// verify checks that entries, tiles and checkpoint of a log belong together, and prints the time.
func verify(ctx context.Context, dir, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	files := client.FileFetcher{Root: dir}
	started := time.Now()
	workers := fsck.Opts{N: uint(runtime.NumCPU())}
	if err := fsck.New(origin, verifier, files, leafHashes, workers).Check(ctx); err != nil {
		return err
	}
	seconds := time.Since(started).Seconds()
	head, _, _, err := client.FetchCheckpoint(ctx, files.ReadCheckpoint, verifier, origin)
	if err != nil {
		return err
	}
	told := map[string]any{"entries": head.Size, "seconds": seconds}
	return json.NewEncoder(os.Stdout).Encode(told)
}

func leafHashes(bundle []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, 0, len(entries.Entries))
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}
