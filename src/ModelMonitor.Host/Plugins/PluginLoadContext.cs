using System.Reflection;
using System.Runtime.Loader;

namespace ModelMonitor.Host.Plugins;

/// <summary>A plugin's own assemblies. Whatever the host has comes from the host, so that both mean the same types.</summary>
internal sealed class PluginLoadContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
{
    private readonly AssemblyDependencyResolver _resolver = new(path);

    public Assembly LoadPlugin() => LoadFromAssemblyPath(path);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        try
        {
            return Default.LoadFromAssemblyName(assemblyName);
        }
        catch (FileNotFoundException)
        {
            return Own(assemblyName);
        }
        catch (FileLoadException) when (assemblyName.Name?.StartsWith("ModelMonitor.", StringComparison.Ordinal) == false)
        {
            // The host has an older one. Of its own interfaces there must be one only.
            return Own(assemblyName);
        }
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;

    private Assembly? Own(AssemblyName name) => _resolver.ResolveAssemblyToPath(name) is { } file ? LoadFromAssemblyPath(file) : null;
}
