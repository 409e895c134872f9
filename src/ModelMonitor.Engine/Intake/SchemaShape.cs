namespace ModelMonitor.Engine.Intake;

/// <summary>What a schema promises of each record batch: how many field nodes and buffers, and which nodes are columns.</summary>
/// <param name="Columns">The node of each column, in the order of the schema.</param>
/// <param name="Nodes">Field nodes of a record batch.</param>
/// <param name="Buffers">Buffers of a record batch, those of variadic columns beyond the first two left out.</param>
/// <param name="Variadic">Columns of strings or bytes by view, each with a count of further buffers.</param>
/// <param name="BuffersVary">Unions and run-end encoding hold a number of buffers that depends on the writer's version.</param>
internal sealed record SchemaShape(int[] Columns, int Nodes, int Buffers, int Variadic, bool BuffersVary);
