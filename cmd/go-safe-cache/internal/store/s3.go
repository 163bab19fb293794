package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// s3Store is a bucket of a server with the S3 API.
type s3Store struct {
	core           minio.Core
	bucket, prefix string // prefix ends with a slash, or is empty
}

var errS3Form = errors.New("GOSAFE_CACHE is not like s3://bucket/prefix?region=…&endpoint=…")

// openS3 reads s3://bucket/prefix?region=…&endpoint=…. An endpoint that begins with http:// is used without TLS.
func openS3(u *url.URL, getenv func(string) string) (Store, error) {
	if u.User != nil {
		return nil, errors.New("GOSAFE_CACHE has credentials; those of S3 belong in AWS_ACCESS_KEY_ID and " +
			"AWS_SECRET_ACCESS_KEY, or in ~/.aws/credentials")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || u.Host == "" {
		return nil, errS3Form
	}
	for name, values := range query {
		switch {
		case name != "region" && name != "endpoint":
			return nil, fmt.Errorf("GOSAFE_CACHE has %q; allowed are region and endpoint", name)
		case len(values) > 1:
			return nil, fmt.Errorf("GOSAFE_CACHE has more than one value for %q", name)
		case values[0] == "":
			return nil, fmt.Errorf("GOSAFE_CACHE has no value for %q", name)
		}
	}
	region := first(query.Get("region"), getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"), "us-east-1")
	endpoint := first(query.Get("endpoint"), "s3."+region+".amazonaws.com")
	host, plain := strings.CutPrefix(endpoint, "http://")
	host = strings.TrimSuffix(strings.TrimPrefix(host, "https://"), "/")
	client, err := minio.New(host, &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{},
			&credentials.FileAWSCredentials{},
			&credentials.IAM{Client: &http.Client{Timeout: 2 * time.Second}},
		}),
		Secure:     !plain,
		Region:     region,
		Transport:  newTransport(),
		MaxRetries: 2,
	})
	if err != nil {
		return nil, errS3Form
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &s3Store{minio.Core{Client: client}, u.Host, prefix}, nil
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// explain makes one of this package's errors of an error of the client.
func (s *s3Store) explain(verb, name string, err error) error {
	if err == nil {
		return nil
	}
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.StatusCode {
	case http.StatusNotFound:
		// versitygw also answers so to an access key that it does not know.
		switch answer.Code {
		case minio.NoSuchKey, "NotFound":
			return ErrNotFound
		case minio.NoSuchBucket:
		default:
			return fmt.Errorf("%s s3://%s/%s: %s: %w", verb, s.bucket, s.prefix+name, answer.Code, ErrDenied)
		}
	case http.StatusUnauthorized, http.StatusForbidden:
		// What the server says may have the key in it.
		return fmt.Errorf("%s s3://%s/%s: %s: %w", verb, s.bucket, s.prefix+name, answer.Code, ErrDenied)
	}
	return fmt.Errorf("%s s3://%s/%s: %d %s", verb, s.bucket, s.prefix+name, answer.StatusCode, answer.Code)
}

func (s *s3Store) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	body, _, _, err := s.core.GetObject(ctx, s.bucket, s.prefix+name, minio.GetObjectOptions{})
	return body, s.explain("GET", name, err)
}

func (s *s3Store) Has(ctx context.Context, name string) (bool, error) {
	_, err := s.core.StatObject(ctx, s.bucket, s.prefix+name, minio.StatObjectOptions{})
	return found(s.explain("HEAD", name, err))
}

// Put sends an object in one request, so that it appears whole.
func (s *s3Store) Put(ctx context.Context, name string, content []byte) error {
	_, err := s.core.Client.PutObject(ctx, s.bucket, s.prefix+name, bytes.NewReader(content), int64(len(content)),
		minio.PutObjectOptions{DisableMultipart: true, ContentType: "application/octet-stream"})
	return s.explain("PUT", name, err)
}

func (s *s3Store) Delete(ctx context.Context, name string) error {
	err := s.core.RemoveObject(ctx, s.bucket, s.prefix+name, minio.RemoveObjectOptions{})
	_, err = found(s.explain("DELETE", name, err))
	return err
}

func (s *s3Store) List(ctx context.Context, dir string) ([]Object, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var objects []Object
	options := minio.ListObjectsOptions{Prefix: s.prefix + dir + "/", Recursive: true}
	for o := range s.core.Client.ListObjects(ctx, s.bucket, options) {
		if o.Err != nil {
			return nil, s.explain("LIST", dir, o.Err)
		}
		objects = append(objects, Object{strings.TrimPrefix(o.Key, s.prefix), o.Size, o.LastModified})
	}
	return objects, nil
}
