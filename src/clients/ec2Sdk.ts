// Imported dynamically, at the first use of EC2: the largest SDK of all would add 50 ms to every cold start. esbuild keeps only
// what is named here; of the package itself, imported dynamically, it would keep everything (docs/performance.md).
export { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
