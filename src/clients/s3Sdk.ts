// Imported dynamically, when a revision in S3 is checked; see ec2Sdk.ts.
export { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
