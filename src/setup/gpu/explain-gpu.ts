/** Explains whether the GPU backend uses a GPU, and if not, why, from the output of the package, TensorFlow and the driver. */
import { CUDA_NEEDED, GPU_PACKAGE } from '../../jobs/backend/gpu-package.ts';
import { seemsToHaveGpu, type Nvidia } from './nvidia.ts';
import type { Probed } from '../../jobs/backend/probe.ts';

export interface GpuReport {
  /** gpu: a device computes. cpu: it works without one. broken: installed, but does not load. missing: not installed. */
  readonly state: 'gpu' | 'cpu' | 'broken' | 'missing';
  readonly message: string;
  /** What the user can do. */
  readonly advice?: string;
}

export function explainGpu({ probe, output }: Probed, nvidia: Nvidia): GpuReport {
  if (!probe.loads) {
    if (probe.missing)
      return {
        state: 'missing',
        message: `${GPU_PACKAGE} is not installed.`,
        advice: 'Set Up GPU Backend (karma-mas gpu install) installs it.',
      };
    return { state: 'broken', message: probe.message, ...adviceFor(`${probe.message}\n${output}`) };
  }
  const computes = `${probe.packageName} with TensorFlow ${probe.library}`;
  if (probe.usesGpu)
    return { state: 'gpu', message: `${computes} computes on ${probe.device.split(', TensorFlow')[0]}.` };
  const { because, advice } = whyNoDevice(probe.packageName, probe.library ?? '', output, nvidia);
  return {
    state: 'cpu',
    message: `${computes} loads, but uses no GPU: ${because}`,
    advice: `${advice} Until then the backend "auto" computes with the WASM kernels.`,
  };
}

interface Reason {
  readonly because: string;
  readonly advice: string;
}

const INSTALL_DRIVER = "Install NVIDIA's driver (https://www.nvidia.com/drivers); nvidia-smi then lists the GPU.";

function whyNoDevice(packageName: string | undefined, library: string, output: string, nvidia: Nvidia): Reason {
  if (packageName !== GPU_PACKAGE)
    return {
      because: `${packageName} is the build for CPUs.`,
      advice: `Install ${GPU_PACKAGE} in its place (Set Up GPU Backend, or karma-mas gpu install).`,
    };
  // The driver's own library does not belong to CUDA.
  const missing = librariesNotFound(output).filter((name) => !/^(?:libcuda\.so|nvcuda)/.test(name));
  if (!seemsToHaveGpu(nvidia) && missing.length === 0)
    return { because: 'this machine shows no NVIDIA GPU (no driver answers nvidia-smi).', advice: INSTALL_DRIVER };
  if (!seemsToHaveGpu(nvidia))
    return {
      because: `this machine shows no NVIDIA GPU (no driver answers nvidia-smi), and CUDA's libraries are missing (${list(missing)}).`,
      advice: `${INSTALL_DRIVER} Then install ${cudaFor(library)}.`,
    };
  const gpu = nvidia.gpus[0] ?? 'a GPU';
  if (missing.length > 0)
    return {
      because: `there is ${gpu}, but libraries of CUDA are not found: ${list(missing)}.`,
      advice: `Install ${cudaFor(library)}, and make their folder known (${PATH_HINT}). Another version beside them does no harm.`,
    };
  const call = /failed call to cuInit: ([^\n]+)/.exec(output)?.[1].trim();
  if (call !== undefined || nvidia.gpus.length === 0) return driverReason(call, gpu);
  if (/does not match DSO version|CUDA driver version is insufficient/.test(output))
    return {
      because: `there is ${gpu}, but the driver (${nvidia.driver ?? 'unknown version'}) does not fit the libraries.`,
      advice: 'Update the driver and restart the machine.',
    };
  const small = /Ignoring visible gpu device[^\n]*?(?:compute capability|with Cuda)[^\n]*/i.exec(output)?.[0];
  if (small !== undefined)
    return { because: `TensorFlow refuses ${gpu}: ${small}.`, advice: 'This GPU is too old for this TensorFlow.' };
  if (!/cuda|gpu/i.test(output))
    return {
      because: `there is ${gpu}, but this build of TensorFlow ${library} does not look for GPUs: it was built for CPUs.`,
      advice: 'Take a build with CUDA: remove this installation, and install it anew (Set Up GPU Backend).',
    };
  return {
    because: `there is ${gpu}, and TensorFlow does not say why it is not used.`,
    advice: `Check that ${cudaFor(library)} are installed; the log has all that TensorFlow prints.`,
  };
}

const PATH_HINT = process.platform === 'win32' ? 'PATH' : 'LD_LIBRARY_PATH, or /etc/ld.so.conf.d and ldconfig';

function driverReason(call: string | undefined, gpu: string): Reason {
  if (call === undefined)
    return { because: 'the device is there, but its driver does not answer nvidia-smi.', advice: INSTALL_DRIVER };
  if (/NO_DEVICE/.test(call))
    return {
      because: `the driver shows TensorFlow no device (${call}).`,
      advice: 'Check CUDA_VISIBLE_DEVICES, and in a container that it was given the GPU (--gpus all).',
    };
  return {
    because: `the driver of ${gpu} does not start (${call}).`,
    advice: 'Restart the machine; where that does not help, install the driver again.',
  };
}

/** Returns the libraries that TensorFlow 2.9 or later could not open, according to its messages. */
function librariesNotFound(output: string): string[] {
  const named = output.matchAll(
    /Could not load dynamic library '([^']+)'|([\w.+-]+\.(?:so[\w.]*|dll))["']?(?:: cannot open shared| not found)/g,
  );
  return [...new Set([...named].map((match) => match[1] ?? match[2]))];
}

/** Returns what the library was built with. For versions that the npm package does not include, it refers to TensorFlow's table. */
function cudaFor(library: string): string {
  if (library.startsWith('2.9.')) return CUDA_NEEDED;
  return `the CUDA and cuDNN that TensorFlow ${library} was built with (https://www.tensorflow.org/install/source#gpu)`;
}

const list = (names: readonly string[]): string =>
  names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');

/** Gives advice on a package that does not load. */
function adviceFor(text: string): { readonly advice: string } {
  const again = 'Remove GPU Backend (karma-mas gpu remove), then set it up again.';
  const library = /([\w.+-]+\.so[\w.]*): cannot open shared object file/.exec(text)?.[1];
  if (library !== undefined && !/tensorflow/.test(library))
    return {
      advice: `Install the library ${library} of the operating system, or set the backend up again on this machine.`,
    };
  const glibc = /version `?(GLIBC(?:XX)?_[\d.]+)'? not found/.exec(text)?.[1];
  if (glibc !== undefined)
    return { advice: `It needs a newer operating system (${glibc}): take the WASM backend here.` };
  if (/invalid ELF header|wrong architecture|not a valid Win32 application|file too short/i.test(text))
    return { advice: `Its binding is damaged or of another platform. ${again}` };
  if (/specified module could not be found/i.test(text))
    return {
      advice: `A library that it needs is missing: the Visual C++ Redistributable, or TensorFlow's own. ${again}`,
    };
  return { advice: again };
}
