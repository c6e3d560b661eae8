// Loaded when a revision in S3 is looked at; the bundle keeps what is named here.
export { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
